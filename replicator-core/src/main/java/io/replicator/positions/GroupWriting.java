package io.replicator.positions;

import io.replicator.cluster.Answers;
import io.replicator.cluster.ClusterError;
import io.replicator.cluster.CommittedPosition;
import io.replicator.cluster.ConsumerGroups;
import io.replicator.cluster.GroupListing;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Translator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares groups' positions on the target with those on the source, and writes the ones that {@link SyncRule} says. One
 * thread: that of the round.
 */
final class GroupWriting {
    private final boolean mayWrite;
    private final ConsumerGroups target;
    private final CopiedTopics topics;
    private final Map<WrittenBefore.Place, Written> before;
    private Map<String, GroupListing> listed = Map.of();

    /**
     * @param before what an earlier start of the flow wrote
     */
    GroupWriting(
            FlowConfig flow, ConsumerGroups target, CopiedTopics topics, Map<WrittenBefore.Place, Written> before) {
        this.mayWrite = flow.positions().groups().sync();
        this.target = target;
        this.topics = topics;
        this.before = before;
    }

    /** Lists the target's groups. */
    void list() throws InterruptedException {
        listed = mayWrite ? target.list() : Map.of();
    }

    /** Whether a group had members on the target when that was last listed. */
    boolean isInUse(FollowedGroup group) {
        GroupListing listing = listed.get(group.targetName());
        return listing != null && listing.isActive();
    }

    /** A position that is being written. */
    private record Write(
            FollowedGroup group,
            FollowedPosition position,
            Translator translator,
            SyncRule.OnTarget held,
            SyncRule.Decision decision) {}

    /** Compares some groups, and writes. */
    void write(List<FollowedGroup> batch, Translators positions, RoundTime now) throws InterruptedException {
        topics.look(batch.stream().flatMap(group -> group.partitions().stream()).toList(), positions);
        Answers<String, Map<TopicPartition, CommittedPosition>> answers = target.positions(
                mayWrite ? batch.stream().map(FollowedGroup::targetName).toList() : List.of());
        Map<String, Map<TopicPartition, Write>> writes = new HashMap<>();
        for (FollowedGroup group : batch) {
            group.look(isInUse(group));
            UnavailableException failure = answers.failed().get(group.targetName());
            if (failure == null) {
                group.retry().succeeded();
                Map<TopicPartition, Write> ofGroup =
                        decide(group, answers.found().getOrDefault(group.targetName(), Map.of()), positions, now);
                if (!ofGroup.isEmpty()) {
                    writes.put(group.targetName(), ofGroup);
                }
            } else {
                group.fail(failure.getMessage());
                group.retry().failed(now.nanos());
            }
        }
        send(writes, now);
    }

    private Map<TopicPartition, Write> decide(
            FollowedGroup group,
            Map<TopicPartition, CommittedPosition> onTarget,
            Translators positions,
            RoundTime now) {
        Map<TopicPartition, Write> writes = new HashMap<>();
        for (FollowedPosition position : group.positions()) {
            if (!position.retry().isDue(now.nanos())) {
                continue;
            }
            CopiedTopicState copy = topics.state(position.source(), positions.translator(position.source()));
            if (copy instanceof CopiedTopicState.NotCopied notCopied) {
                position.report(notCopied(group, position, notCopied.isSelected()));
                continue;
            }
            Translator translator = copy.known().orElseThrow();
            PartitionPair pair = translator.pair();
            Optional<CommittedPosition> committed = Optional.ofNullable(onTarget.get(pair.target()));
            position.recall(new WrittenBefore.Place(group.targetName(), pair.target()), before);
            position.see(committed.map(CommittedPosition::offset).orElse(PositionRule.NONE));
            SyncRule.OnTarget held = new SyncRule.OnTarget(committed, group.isInUse(), position.written());
            SyncRule.Decision decision = SyncRule.of(position.committed(), copy, held, mayWrite);
            if (SyncRule.haveMet(decision.verdict(), held)) {
                position.forgetWritten();
            }
            Write write = new Write(group, position, translator, held, decision);
            if (decision.write().isPresent()) {
                position.send(sent(write, decision.write().get().offset()));
                writes.put(pair.target(), write);
            } else {
                report(write, decision.verdict(), held.offset(), now);
            }
        }
        return writes;
    }

    private static Written sent(Write write, long offset) {
        PositionRule.Verdict verdict = write.decision().verdict();
        return new Written(
                verdict.state() == PositionState.NOT_YET
                        ? write.translator().position()
                        : write.position().committed().offset(),
                offset,
                verdict.isExact());
    }

    private void send(Map<String, Map<TopicPartition, Write>> writes, RoundTime now) throws InterruptedException {
        Map<String, Map<TopicPartition, CommittedPosition>> sent = new HashMap<>();
        writes.forEach((group, ofGroup) -> {
            Map<TopicPartition, CommittedPosition> committed = new HashMap<>();
            ofGroup.forEach((partition, write) ->
                    committed.put(partition, write.decision().write().orElseThrow()));
            sent.put(group, committed);
        });
        Map<String, Map<TopicPartition, UnavailableException>> failures = target.write(sent);
        writes.forEach((group, ofGroup) -> ofGroup.forEach((partition, write) -> {
            UnavailableException failure =
                    failures.getOrDefault(group, Map.of()).get(partition);
            if (failure == null) {
                write.position().succeed();
                long offset = write.decision().write().orElseThrow().offset();
                report(write, write.decision().verdict(), offset, now);
            } else {
                fail(write, failure, now);
            }
        }));
    }

    private void fail(Write write, UnavailableException failure, RoundTime now) {
        FollowedPosition position = write.position();
        PositionRule.Verdict verdict;
        if (failure.error() == ClusterError.GROUP_IN_USE) {
            write.group().markInUse();
            verdict = PositionRule.of(
                    position.committed().offset(),
                    write.translator(),
                    new PositionRule.Held(write.held().offset(), true, position.written()));
        } else {
            verdict = SyncRule.failed(failure.getMessage());
            position.retry().failed(now.nanos());
        }
        if (!failure.isOfTheCluster()) {
            position.refuse();
        }
        report(write, verdict, write.held().offset(), now);
    }

    private static void report(Write write, PositionRule.Verdict verdict, long targetOffset, RoundTime now) {
        FollowedPosition position = write.position();
        long sourceOffset = position.committed().offset();
        boolean isSynced = verdict.state() == PositionState.SYNCED;
        long syncedAtMillis = isSynced
                ? now.millis()
                : position.report().map(GroupPosition::syncedAtMillis).orElse(-1L);
        position.report(new GroupPosition(
                write.group().name(),
                write.group().targetName(),
                position.source().topic(),
                position.source().partition(),
                write.translator().pair().targetTopic(),
                sourceOffset,
                targetOffset,
                verdict.state(),
                verdict.isExact(),
                verdict.reason(),
                syncedAtMillis,
                isSynced ? 0 : PositionRule.lagRecords(sourceOffset, write.translator(), targetOffset),
                position.committed().metadata()));
    }

    private static GroupPosition notCopied(FollowedGroup group, FollowedPosition position, boolean isSelected) {
        return new GroupPosition(
                group.name(),
                group.targetName(),
                position.source().topic(),
                position.source().partition(),
                "",
                position.committed().offset(),
                PositionRule.NONE,
                isSelected ? PositionState.NOT_YET : PositionState.NOT_REPLICATED,
                false,
                isSelected
                        ? "the flow has saved nothing about the copy of this partition yet"
                        : "the flow does not copy this topic; add it to topics.select, or move the group with another flow",
                -1,
                PositionRule.NONE,
                position.committed().metadata());
    }
}
