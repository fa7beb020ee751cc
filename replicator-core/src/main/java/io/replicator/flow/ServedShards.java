package io.replicator.flow;

import io.replicator.partition.Health;
import java.util.Collection;

/**
 * Takes shards into lanes and out of them. A shard is served for one term, from {@link #serve} to {@link #drop} or
 * {@link #park}. Control thread.
 */
final class ServedShards {
    private final Lanes lanes;
    private final Copies copies;
    private final FlowLog log;
    private final PartitionStarts starts;

    ServedShards(Lanes lanes, Copies copies, FlowLog log, PartitionStarts starts) {
        this.lanes = lanes;
        this.copies = copies;
        this.log = log;
        this.starts = starts;
    }

    boolean serves(int shard) {
        return copies.serves(shard);
    }

    /** Takes shards on: finds each a lane, and lets their partitions begin. */
    void serve(Collection<Integer> shards) {
        shards.forEach(lanes.places()::place);
        copies.serve(shards);
        starts.look();
    }

    /** Drops a shard at once: what is not saved is not saved any more. */
    void drop(int shard) {
        forget(shard);
        copies.drop(shard);
    }

    /** The same, but its partitions stay listed with the reason. */
    void park(int shard, Health health) {
        forget(shard);
        copies.park(shard, health);
    }

    private void forget(int shard) {
        if (lanes.places().has(shard)) {
            lanes.laneOf(shard).forget(shard);
            lanes.places().remove(shard);
            log.forgetUnsaved(shard);
        }
    }
}
