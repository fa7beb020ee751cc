package io.replicator.positions;

import io.replicator.cluster.Answers;
import io.replicator.cluster.ClusterError;
import io.replicator.cluster.ConsumerGroups;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops following groups that were deleted on the source, and deletes them on the target where the configuration says so. A
 * group counts as deleted when its coordinator says so, not when it is only missing from the list. One thread: that of the
 * round.
 */
final class GroupDeletions {
    private static final Logger LOG = LoggerFactory.getLogger(GroupDeletions.class);

    /** In how many rounds in a row a group is missing before its coordinator is asked. */
    private static final int MISSES_TO_ASK = 2;

    private final FlowConfig flow;
    private final GroupsConfig config;
    private final ConsumerGroups source;
    private final ConsumerGroups target;
    private final Map<String, FollowedGroup> groups;

    /**
     * @param groups all groups that are followed; those that were deleted are removed
     */
    GroupDeletions(FlowConfig flow, ConsumerGroups source, ConsumerGroups target, Map<String, FollowedGroup> groups) {
        this.flow = flow;
        this.config = flow.positions().groups();
        this.source = source;
        this.target = target;
        this.groups = groups;
    }

    /** Asks for groups that are missing from the list, and removes those that were deleted. */
    void follow(Translators positions, long nowNanos) throws InterruptedException {
        List<FollowedGroup> missing = groups.values().stream()
                .filter(group -> group.missedRounds() >= MISSES_TO_ASK
                        && group.deletionRetry().isDue(nowNanos))
                .limit(ConsumerGroups.BATCH)
                .toList();
        Answers<String, Boolean> answers =
                source.exist(missing.stream().map(FollowedGroup::name).toList());
        for (FollowedGroup group : missing) {
            UnavailableException failure = answers.failed().get(group.name());
            if (failure != null) {
                group.hide(hidden(group, failure), nowNanos);
            } else if (!answers.found().get(group.name()) && deleteOnTarget(group, positions)) {
                groups.remove(group.name());
                LOG.info("a group was deleted on the source flow={} group={}", flow.name(), group.name());
            } else {
                group.deletionRetry().failed(nowNanos);
            }
        }
    }

    private String hidden(FollowedGroup group, UnavailableException failure) {
        boolean isDenied = failure.reason() == UnavailableException.Reason.DENIED;
        return "no longer visible on " + flow.source().name()
                + (isDenied ? "; grant DESCRIBE on group " + group.name() : ": " + failure.getMessage());
    }

    /** Deletes a group on the target where that is wanted; false when it has to be tried again. */
    private boolean deleteOnTarget(FollowedGroup group, Translators positions) throws InterruptedException {
        if (config.onDelete() == GroupDeletion.LEAVE || !config.sync() || !group.isWritten()) {
            return true;
        }
        try {
            if (!hasOnlyOurPositions(group, positions)) {
                LOG.info(
                        "a group was deleted on the source and is kept on the target, because it has positions there that"
                                + " this flow did not write flow={} group={} as={}",
                        flow.name(),
                        group.name(),
                        group.targetName());
                return true;
            }
            target.delete(group.targetName());
            LOG.info("deleted a group flow={} group={} as={}", flow.name(), group.name(), group.targetName());
            return true;
        } catch (UnavailableException failure) {
            boolean isSettled =
                    failure.error() == ClusterError.GROUP_IN_USE || failure.error() == ClusterError.UNKNOWN_GROUP;
            if (!isSettled) {
                group.report(
                        PositionState.FAILED,
                        "it was deleted on the source, and cannot be deleted on the target: " + failure.getMessage());
            }
            return isSettled;
        }
    }

    /** A position that a consumer on the target committed must not be lost. */
    private boolean hasOnlyOurPositions(FollowedGroup group, Translators positions) throws InterruptedException {
        Map<TopicPartition, Long> ours = new HashMap<>();
        for (FollowedPosition position : group.positions()) {
            positions
                    .translator(position.source())
                    .ifPresent(translator -> ours.put(
                            translator.pair().target(), position.written().targetOffset()));
        }
        return target.positions(group.targetName()).entrySet().stream()
                .allMatch(held -> held.getValue().offset() == ours.getOrDefault(held.getKey(), PositionRule.NONE));
    }
}
