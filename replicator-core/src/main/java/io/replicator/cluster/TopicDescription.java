package io.replicator.cluster;

import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * A topic as the cluster describes it.
 *
 * @param id {@link Uuid#ZERO_UUID} where the brokers have no topic ids (before 2.8)
 * @param partitions ordered by number, starting at 0
 * @param rights what this user may do with it; unknown unless they were asked for
 */
public record TopicDescription(String name, Uuid id, List<Partition> partitions, Rights rights) {
    /** The {@code leader} of a partition that has none. */
    public static final int NO_LEADER = -1;

    public TopicDescription {
        partitions = List.copyOf(partitions);
    }

    /**
     * One partition.
     *
     * @param leader the broker's id, or {@link #NO_LEADER}
     * @param replicas the brokers' ids
     */
    public record Partition(int number, int leader, List<Integer> replicas) {
        public Partition {
            replicas = List.copyOf(replicas);
        }
    }
}
