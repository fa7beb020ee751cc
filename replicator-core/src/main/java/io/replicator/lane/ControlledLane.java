package io.replicator.lane;

import io.replicator.delivery.Grant;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.Progress;
import io.replicator.partition.Partition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * One lane as the control plane sees it: it takes commands, and answers on its own threads. None of these calls blocks.
 * A lane that died answers nothing any more.
 */
public interface ControlledLane {
    /** The lane's number within its flow. */
    int number();

    /** What one of the lane's agents died of, if one did. */
    Optional<Throwable> death();

    /**
     * Copies a partition from now on.
     *
     * @param laneIndex a number that no other partition of the lane has or had
     * @param map ends at the partition's position; the producer's from now on
     */
    void add(int laneIndex, Partition partition, OffsetMap map);

    /** Tells where the target partition ended a moment ago. */
    void targetEndsAt(int laneIndex, long offset);

    /**
     * Goes on at a later offset of the source, if nothing of the partition is on its way any more.
     *
     * @param from what was to be fetched next when the offsets up to the later one were found to be lost
     */
    void skip(int laneIndex, long from, long offset);

    /**
     * Goes on at an offset from which on the source is no longer what was copied, if nothing of the partition is on its way
     * any more.
     *
     * @param from what was to be fetched next when that was found
     * @param onRewound told on the lane's thread, when it was done, how many copied records the source has lost
     */
    void rewind(int laneIndex, long from, long offset, LongConsumer onRewound);

    /**
     * Fetches a partition no longer, and copies it no longer once what was fetched is acknowledged and was handed out to be
     * saved; to be called again until that is so.
     *
     * @return whether it is, answered on the lane's thread
     */
    CompletableFuture<Boolean> finish(int laneIndex);

    /** Copies a partition no longer. What is in flight may still be written. */
    void remove(int laneIndex);

    /**
     * A shard's grant is on record: its partitions may be fenced, recovered and written.
     *
     * @param producerIds all that ever wrote for the shard
     */
    void registered(Grant grant, Set<Long> producerIds);

    /**
     * Hands a shard back: nothing more of it is fetched, what was never sent is dropped.
     *
     * @return answered when nothing of it is on its way any more; then what it has to save can be collected
     */
    CompletableFuture<Void> release(int shard);

    /** Drops a shard and all its partitions at once; what it did not save is gone. */
    void forget(int shard);

    /** What is to be saved, asked for on the producer's thread. Never answered by a lane that died. */
    CompletableFuture<List<Progress>> collect();

    /** Fetches nothing any more. */
    void stopFetching();

    /** After {@link #stopFetching}: answered when nothing is on its way any more. */
    CompletableFuture<Void> drain();
}
