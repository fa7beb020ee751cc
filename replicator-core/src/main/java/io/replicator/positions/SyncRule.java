package io.replicator.positions;

import io.replicator.cluster.CommittedPosition;
import java.util.Optional;

/**
 * What a round does about one group's position in one partition: {@link PositionRule}, and the cases in which the rule does
 * not apply because a topic is gone, hidden or no longer copied. A pure function.
 */
final class SyncRule {
    private SyncRule() {}

    /**
     * What the target has.
     *
     * @param position the group's position there
     * @param isInUse whether the group has members there
     * @param written the last position that was written there
     */
    record OnTarget(Optional<CommittedPosition> position, boolean isInUse, Written written) {
        long offset() {
            return position.map(CommittedPosition::offset).orElse(PositionRule.NONE);
        }

        private String metadata() {
            return position.map(CommittedPosition::metadata).orElse("");
        }
    }

    /**
     * What is done.
     *
     * @param verdict the position's state, once that is done
     * @param write the position to write on the target; empty to leave it
     */
    record Decision(PositionRule.Verdict verdict, Optional<CommittedPosition> write) {
        private static Decision leave(PositionRule.Verdict verdict) {
            return new Decision(verdict, Optional.empty());
        }
    }

    /**
     * Decides.
     *
     * @param committed the group's position on the source
     * @param copy a partition of which the flow has saved something
     * @param mayWrite whether {@code groups.sync} is on
     */
    static Decision of(CommittedPosition committed, CopiedTopicState copy, OnTarget held, boolean mayWrite) {
        PositionRule.Verdict verdict = verdict(committed, copy, held);
        boolean isToWrite = verdict.write() != PositionRule.NONE || hasOtherMetadata(verdict, committed, held);
        if (!isToWrite) {
            return Decision.leave(verdict);
        }
        if (!mayWrite) {
            return Decision.leave(unwritten(verdict));
        }
        return new Decision(
                verdict,
                Optional.of(new CommittedPosition(
                        verdict.write() == PositionRule.NONE ? held.offset() : verdict.write(),
                        verdict.isWhole() ? committed.metadata() : held.metadata())));
    }

    private static PositionRule.Verdict verdict(CommittedPosition committed, CopiedTopicState copy, OnTarget held) {
        if (copy instanceof CopiedTopicState.Gone gone) {
            return failed(gone.reason());
        }
        if (copy instanceof CopiedTopicState.Hidden hidden) {
            return failed(hidden.reason());
        }
        if (!(copy instanceof CopiedTopicState.Copied copied)) {
            throw new IllegalArgumentException("no position can be translated: " + copy);
        }
        PositionRule.Verdict verdict = PositionRule.of(
                committed.offset(),
                copied.translator(),
                new PositionRule.Held(held.offset(), held.isInUse(), held.written()));
        return verdict.state() == PositionState.NOT_YET && !copied.isSelected() ? notReplicated() : verdict;
    }

    private static PositionRule.Verdict notReplicated() {
        return new PositionRule.Verdict(
                PositionState.NOT_REPLICATED,
                PositionRule.NONE,
                false,
                false,
                "the flow no longer copies this topic, and the group's position is after the end of the copy");
    }

    static PositionRule.Verdict failed(String reason) {
        return new PositionRule.Verdict(PositionState.FAILED, PositionRule.NONE, false, false, reason);
    }

    /** The position is right, and the group committed other metadata with it on the source. */
    private static boolean hasOtherMetadata(PositionRule.Verdict verdict, CommittedPosition committed, OnTarget held) {
        return verdict.state() == PositionState.SYNCED
                && held.position().isPresent()
                && held.offset() == held.written().targetOffset()
                && !held.metadata().equals(committed.metadata());
    }

    private static PositionRule.Verdict unwritten(PositionRule.Verdict verdict) {
        boolean isNotYet = verdict.state() == PositionState.NOT_YET;
        return new PositionRule.Verdict(
                isNotYet ? PositionState.NOT_YET : PositionState.INEXACT,
                PositionRule.NONE,
                false,
                false,
                isNotYet ? verdict.reason() : "groups.sync is off: the position is not written");
    }

    /**
     * Whether the two positions met again after a consumer on the target had set its own back: from here on it goes forward
     * as one that was never written.
     */
    static boolean haveMet(PositionRule.Verdict verdict, OnTarget held) {
        boolean isRight = verdict.state() == PositionState.SYNCED || verdict.state() == PositionState.INEXACT;
        return isRight
                && verdict.write() == PositionRule.NONE
                && held.offset() < held.written().targetOffset();
    }
}
