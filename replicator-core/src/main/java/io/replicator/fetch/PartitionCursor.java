package io.replicator.fetch;

import io.replicator.partition.LeaderEpochs;
import io.replicator.partition.Partition;
import io.replicator.wire.FetchSession;
import io.replicator.wire.FetchedPartition;
import io.replicator.wire.TopicView;

/** What the fetcher knows of one partition: where it reads, from whom, and what holds it back. */
final class PartitionCursor {
    final int laneIndex;
    final Partition partition;
    final FetchedPartition fetched;
    final TopicView topic;

    /** The next source offset to hand on. */
    long offset;

    /** The leader epoch of what was handed on last, -1 when unknown. */
    private int lastEpoch;

    /** Whether the leader knows that epoch. */
    final EpochDoubt doubt = new EpochDoubt();

    /** Of the producer's last restart. */
    int generation;

    /** Bytes handed on since the start; what the producer released is counted beside it. */
    long handedOnBytes;

    /** Where it is fetched from, {@code null} when nowhere. */
    FetchSession session;

    /** The follower to fetch from instead of the leader, -1 for none (KIP-392). */
    int preferredReplica = -1;

    long preferredUntilNanos;

    /** Not fetched before this time; 0 for no such time. */
    long notBeforeNanos;

    /** Too much of it is on its way: not fetched until the producer has released some. */
    boolean full;

    /** Whether the fetcher looks now and then if it may go on. */
    boolean heldBack;

    /** How often in a row fetching failed. */
    int failures;

    boolean removed;

    /** A word that the producer awaits of the leader, 0 for none, and after which of the session's requests it counts. */
    int awaitedFreshness;

    int joinedAfterRequest;

    /** How many partitions the topic had when it was last looked at. */
    private int seenPartitions;

    PartitionCursor(int laneIndex, Partition partition, TopicView topic) {
        this.laneIndex = laneIndex;
        this.partition = partition;
        this.topic = topic;
        this.offset = partition.position();
        this.lastEpoch = partition.leaderEpochs().before(offset);
        this.fetched = new FetchedPartition(
                partition.source().topic(), partition.sourceTopicId(), partition.number(), laneIndex, offset);
    }

    /** Where the leader is asked to read. */
    long fetchOffset() {
        return doubt.fetchOffset(offset);
    }

    /** Of what epoch the leader is told that what was read last was, -1 when unknown. */
    int lastFetchedEpoch() {
        return doubt.lastFetchedEpoch(lastEpoch);
    }

    int lastEpoch() {
        return lastEpoch;
    }

    /** What stands from the cursor on was written by the leader of an epoch. */
    void entersEpoch(int epoch) {
        doubt.forget();
        if (epoch != lastEpoch) {
            partition.publishLeaderEpochs(partition.leaderEpochs().with(epoch, offset));
            lastEpoch = epoch;
        }
    }

    /** Goes on somewhere else. What lies between here and a later offset is not read: nothing is known of it. */
    void moveTo(long newOffset) {
        LeaderEpochs known = partition.leaderEpochs();
        partition.publishLeaderEpochs(
                newOffset > offset ? known.with(LeaderEpochs.UNKNOWN, offset) : known.below(newOffset));
        doubt.forget();
        offset = newOffset;
        lastEpoch = partition.leaderEpochs().before(newOffset);
    }

    /** Whether the topic grew, vanished or came back since this was last asked. */
    boolean hasNews() {
        int partitions = topic.partitions();
        boolean changed = seenPartitions != 0 && partitions != seenPartitions;
        seenPartitions = Math.max(1, partitions);
        return changed;
    }

    /** Bytes on their way through the lane. */
    long bufferedBytes() {
        return handedOnBytes - partition.releasedBytes();
    }
}
