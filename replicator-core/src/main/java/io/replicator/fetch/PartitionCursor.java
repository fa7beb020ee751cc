package io.replicator.fetch;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.partition.LeaderEpochs;
import io.replicator.partition.Partition;
import io.replicator.wire.FetchedPartition;
import io.replicator.wire.SourceSession;
import io.replicator.wire.SourceTopic;

/** What the fetcher knows of one partition: where it reads, from which broker, and what holds it back. */
final class PartitionCursor {
    private static final Backoff BACKOFF = Backoff.ofMillis(200, 5_000);

    final int laneIndex;
    final Partition partition;
    final FetchedPartition fetched;
    final SourceTopic topic;

    /** The next source offset to hand on. */
    long offset;

    /** The leader epoch of what was handed on last, -1 when unknown. */
    private int lastEpoch;

    /** Decides what it means when the leader does not know that epoch. */
    final EpochDoubt doubt = new EpochDoubt();

    /** The number of the producer's last restart. */
    int generation;

    /** Bytes put into the ring since the start; {@link Partition#releasedBytes} counts what the producer released. */
    long handedOnBytes;

    /** The session that asks for it, {@code null} when none does. */
    SourceSession session;

    /** The follower to fetch from instead of the leader, -1 for none (KIP-392). */
    int preferredReplica = -1;

    long preferredUntilNanos;

    /** How often in a row fetching failed, and when it is tried again. */
    final Retry retry = new Retry(BACKOFF);

    /** Too much of it is in the lane: not fetched until the producer has released some. */
    boolean full;

    /** Whether {@link SourceBrokers} looks from time to time if it may go on. */
    boolean heldBack;

    boolean removed;

    /** The freshness request of the producer that is to be answered, 0 for none. */
    int awaitedFreshness;

    /** How many requests the session had sent when the partition joined it. */
    int joinedAfterRequest;

    /** How many partitions the topic had when it was last looked at. */
    private int seenPartitions;

    PartitionCursor(int laneIndex, Partition partition, SourceTopic topic) {
        this.laneIndex = laneIndex;
        this.partition = partition;
        this.topic = topic;
        this.offset = partition.position();
        this.lastEpoch = partition.leaderEpochs().before(offset);
        this.fetched = new FetchedPartition(
                partition.source().topic(), partition.sourceTopicId(), partition.number(), laneIndex, offset);
    }

    /** Whether it is asked for, and of this broker. */
    boolean isFetchedFrom(int nodeId) {
        return session != null && session.nodeId() == nodeId;
    }

    /** The offset that the broker is asked for. */
    long fetchOffset() {
        return doubt.fetchOffset(offset);
    }

    /** The epoch that the broker is told as that of what was read last, -1 when unknown. */
    int lastFetchedEpoch() {
        return doubt.lastFetchedEpoch(lastEpoch);
    }

    int lastEpoch() {
        return lastEpoch;
    }

    /** From the cursor's offset on, batches are of this leader epoch. */
    void enterEpoch(int epoch) {
        doubt.forget();
        if (epoch != lastEpoch) {
            partition.publishLeaderEpochs(partition.leaderEpochs().with(epoch, offset));
            lastEpoch = epoch;
        }
    }

    /** Fetches from another offset. What lies between here and a later offset is not read: its epochs are unknown. */
    void moveTo(long newOffset) {
        LeaderEpochs known = partition.leaderEpochs();
        partition.publishLeaderEpochs(
                newOffset > offset ? known.with(LeaderEpochs.UNKNOWN, offset) : known.below(newOffset));
        doubt.forget();
        offset = newOffset;
        lastEpoch = partition.leaderEpochs().before(newOffset);
    }

    /** Takes note of how many partitions the topic has; returns whether it grew, vanished or came back since the last call. */
    boolean noteTopic() {
        int partitions = topic.partitions();
        boolean changed = seenPartitions != 0 && partitions != seenPartitions;
        seenPartitions = Math.max(1, partitions);
        return changed;
    }

    /** Bytes that are in the lane: handed on and not yet released. */
    long bufferedBytes() {
        return handedOnBytes - partition.releasedBytes();
    }
}
