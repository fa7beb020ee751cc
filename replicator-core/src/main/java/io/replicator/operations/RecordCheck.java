package io.replicator.operations;

import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.RecordContent;
import io.replicator.offsets.Translation;
import io.replicator.positions.Translators;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares the record that a group reads next on the source with the one that it will read next on the target. Where one
 * has to be the copy of the other, it must be equal. Pure: it is given the records.
 */
final class RecordCheck {
    private final Translators translators;

    RecordCheck(Translators translators) {
        this.translators = translators;
    }

    /** From which offsets on the source the first record is needed. */
    static Map<TopicPartition, Long> sourceOffsets(MigrationPlan plan) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        plan.positions().forEach(each -> offsets.put(each.source(), each.sourceOffset()));
        return offsets;
    }

    /** From which offsets on the target the first record is needed. */
    Map<TopicPartition, Long> targetOffsets(MigrationPlan plan) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        plan.positions().stream()
                .filter(PlannedPosition::isMoved)
                .forEach(each ->
                        offsets.put(each.target(), meansTheSame(each) ? each.presentOffset() : each.targetOffset()));
        return offsets;
    }

    /** The plan with the records, and refused where they differ. */
    MigrationPlan check(MigrationPlan draft, FirstRecords.Found onSource, FirstRecords.Found onTarget) {
        List<PlannedPosition> checked = new ArrayList<>();
        List<String> refusals = new ArrayList<>(draft.refusals());
        for (PlannedPosition each : draft.positions()) {
            Optional<ReadRecord> original =
                    Optional.ofNullable(onSource.records().get(each.source()));
            Optional<ReadRecord> copy = Optional.ofNullable(onTarget.records().get(each.target()));
            String refusal = each.refusal();
            if (each.isMoved()) {
                refusal = difference(each, original, copy);
                if (!refusal.isEmpty()) {
                    refusals.add(each.source() + ": " + refusal);
                }
            }
            boolean isRead = !onTarget.unread().containsKey(each.target());
            checked.add((isRead ? kept(each, copy) : each)
                    .with(original.map(FirstRecord::of), copy.map(FirstRecord::of), refusal));
        }
        return draft.with(checked, refusals);
    }

    /** The present position is kept where it means the same, and nobody else's record lies between the two. */
    private PlannedPosition kept(PlannedPosition planned, Optional<ReadRecord> next) {
        boolean isNothingBetween =
                next.map(record -> record.offset() >= planned.targetOffset()).orElse(true);
        return meansTheSame(planned) && isNothingBetween ? planned.to(planned.presentOffset()) : planned;
    }

    /** Whether no copied record lies between the group's present position on the target and a wanted one after it. */
    private boolean meansTheSame(PlannedPosition planned) {
        return planned.isMoved()
                && planned.presentOffset() >= 0
                && planned.presentOffset() < planned.targetOffset()
                && translators
                        .translator(planned.source())
                        .map(translator -> translator
                                .toSource(planned.presentOffset())
                                .equals(translator.toSource(planned.targetOffset())))
                        .orElse(false);
    }

    private String difference(PlannedPosition planned, Optional<ReadRecord> original, Optional<ReadRecord> copy) {
        if (original.isEmpty() || copy.isEmpty()) {
            return "";
        }
        boolean isCopied = translators
                .translator(planned.source())
                .map(translator -> translator.toTarget(original.get().offset()))
                .filter(there -> there instanceof Translation.Exact exact
                        && exact.offset() == copy.get().offset())
                .isPresent();
        return isCopied && !RecordContent.of(copy.get()).isCopyOf(RecordContent.of(original.get()))
                ? "the record at target offset " + copy.get().offset() + " is not a copy of the one at source offset "
                        + original.get().offset() + "; see replicator verify"
                : "";
    }
}
