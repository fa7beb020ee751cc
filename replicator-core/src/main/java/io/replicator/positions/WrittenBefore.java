package io.replicator.positions;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Knows the positions that an earlier start of the flow wrote. Without it they look like positions of consumers. */
public interface WrittenBefore {
    /** Knows none. */
    WrittenBefore NOTHING = Map::of;

    /**
     * The last position that was written on the target for each group and partition. Called once, before the first round.
     *
     * @return by the names on the target
     */
    Map<Place, Written> read() throws InterruptedException;

    /**
     * A position on the target.
     *
     * @param targetGroup the group's name on the target
     * @param target the target partition
     */
    record Place(String targetGroup, TopicPartition target) {}
}
