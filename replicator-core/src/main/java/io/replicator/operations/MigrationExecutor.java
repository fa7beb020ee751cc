package io.replicator.operations;

import io.replicator.cluster.ClusterError;
import io.replicator.cluster.CommittedPosition;
import io.replicator.cluster.ConsumerGroups;
import io.replicator.cluster.UnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** Does what a plan says: writes the positions on the target, and reads them back. One thread. */
final class MigrationExecutor {
    private final ConsumerGroups source;
    private final ConsumerGroups target;

    MigrationExecutor(ConsumerGroups source, ConsumerGroups target) {
        this.source = source;
        this.target = target;
    }

    /**
     * Executes a plan. Nothing is written if the group has moved on the source since the plan was made.
     *
     * @throws IllegalArgumentException when the plan is not allowed
     * @throws UnavailableException when a cluster does not answer
     */
    MigrationReport execute(MigrationPlan plan) throws InterruptedException {
        if (!plan.isAllowed()) {
            throw new IllegalArgumentException("group " + plan.group() + " cannot be moved: " + plan.refusals());
        }
        List<String> moved = movedSince(plan);
        if (!moved.isEmpty()) {
            return new MigrationReport(plan, 0, moved);
        }
        Map<TopicPartition, CommittedPosition> wanted = new HashMap<>();
        for (PlannedPosition each : plan.positions()) {
            if (each.isMoved()) {
                wanted.put(each.target(), new CommittedPosition(each.targetOffset(), each.metadata()));
            }
        }
        Map<TopicPartition, CommittedPosition> missing = missing(plan.targetGroup(), wanted);
        Map<TopicPartition, String> failures = new TreeMap<>(PlannedPosition.BY_NAME);
        if (!missing.isEmpty()) {
            target.write(Map.of(plan.targetGroup(), missing))
                    .getOrDefault(plan.targetGroup(), Map.of())
                    .forEach((partition, why) -> failures.put(partition, partition + ": " + words(why)));
        }
        missing(plan.targetGroup(), wanted)
                .keySet()
                .forEach(partition -> failures.putIfAbsent(
                        partition, partition + ": the position read back is another one: somebody else writes it"));
        return new MigrationReport(plan, missing.size() - failures.size(), List.copyOf(failures.values()));
    }

    private static String words(UnavailableException failure) {
        return failure.error() == ClusterError.GROUP_IN_USE
                ? "a consumer has just joined the group on the target"
                : failure.getMessage();
    }

    private List<String> movedSince(MigrationPlan plan) throws InterruptedException {
        Set<TopicPartition> asked =
                plan.positions().stream().map(PlannedPosition::source).collect(Collectors.toSet());
        Map<TopicPartition, Optional<CommittedPosition>> now = source.stablePositions(plan.group(), asked);
        List<String> moved = new ArrayList<>();
        for (PlannedPosition each : plan.positions()) {
            Optional<CommittedPosition> position = now.getOrDefault(each.source(), Optional.empty());
            boolean isSame = position.isPresent() && position.get().offset() == each.sourceOffset();
            if (!isSame) {
                moved.add(each.source() + ": the group has moved on the source since the plan was made, from "
                        + each.sourceOffset()
                        + position.map(there -> " to " + there.offset()).orElse("")
                        + "; stop it there, and start again");
            }
        }
        return moved;
    }

    /** The wanted positions that the target does not have. */
    private Map<TopicPartition, CommittedPosition> missing(
            String targetGroup, Map<TopicPartition, CommittedPosition> wanted) throws InterruptedException {
        Map<TopicPartition, CommittedPosition> there = target.positions(targetGroup);
        Map<TopicPartition, CommittedPosition> missing = new HashMap<>();
        wanted.forEach((partition, position) -> {
            CommittedPosition held = there.get(partition);
            boolean isThere = held != null
                    && held.offset() == position.offset()
                    && held.metadata().equals(position.metadata());
            if (!isThere) {
                missing.put(partition, position);
            }
        });
        return missing;
    }
}
