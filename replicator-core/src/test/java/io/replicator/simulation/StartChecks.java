package io.replicator.simulation;

import io.replicator.cluster.LogPosition;
import io.replicator.config.StartFrom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Where copying of each partition begins: where the configuration says, at one of the places that the source gave as that, or
 * at its first record where it appeared while the flow was running; and at the same place whoever goes on.
 */
final class StartChecks {
    private final LogPosition configured;
    private final Set<TopicPartition> first = new HashSet<>();

    /** The instances that copied the topic when a partition of it appeared. */
    private final Map<TopicPartition, Set<String>> watchers = new HashMap<>();

    private final Map<TopicPartition, Set<Long>> given = new HashMap<>();
    private final Map<TopicPartition, Long> begun = new HashMap<>();

    StartChecks(StartFrom from) {
        this.configured = position(from);
    }

    private static LogPosition position(StartFrom from) {
        if (from instanceof StartFrom.At at) {
            return new LogPosition.At(at.time());
        }
        return from instanceof StartFrom.Latest ? LogPosition.END : LogPosition.START;
    }

    /** A partition is there before any instance is. */
    void isFirst(TopicPartition partition) {
        first.add(partition);
    }

    /**
     * A partition appears.
     *
     * @param copying the instances that copy others of its topic
     */
    void appears(TopicPartition partition, Set<String> copying) {
        watchers.put(partition, copying);
    }

    /**
     * An instance is told where a partition may begin.
     *
     * @param isFirstInstance whether no other one lived before it
     */
    void asks(String instance, boolean isFirstInstance, TopicPartition partition, LogPosition position, long offset) {
        boolean isWhole = position.equals(LogPosition.START);
        if (!isWhole && watchers.getOrDefault(partition, Set.of()).contains(instance)) {
            throw new Violation(
                    instance + " leaves out records of " + partition + ", which appeared while it copied the topic");
        }
        if (!position.equals(configured) && (!isWhole || (isFirstInstance && first.contains(partition)))) {
            throw new Violation(instance + " begins " + partition + " at " + position + ", not at " + configured);
        }
        given.computeIfAbsent(partition, added -> new HashSet<>()).add(offset);
    }

    /** A partition is copied; what is below the start is not due. */
    void begins(TopicPartition partition, long start, TargetReader reader) {
        if (!given.getOrDefault(partition, Set.of()).contains(start)) {
            throw new Violation(partition + " begins at " + start + ", nobody was told that: " + given.get(partition));
        }
        if (begun.getOrDefault(partition, start) != start) {
            throw new Violation(partition + " began at " + begun.get(partition) + ", now at " + start);
        }
        begun.put(partition, start);
        reader.beginsAt(start);
    }
}
