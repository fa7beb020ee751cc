package io.replicator.positions;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Remembers what an earlier life of the flow wrote: without it, nobody could tell it from what consumers committed. */
public interface WrittenBefore {
    /** Nobody remembers. */
    WrittenBefore NOTHING = Map::of;

    /**
     * The last positions that were written on the target. Called once, before the first round.
     *
     * @return what was written, by the target's names
     */
    Map<Place, Written> read() throws InterruptedException;

    /**
     * Where a position was written.
     *
     * @param targetGroup the group's name on the target
     * @param target the target partition
     */
    record Place(String targetGroup, TopicPartition target) {}
}
