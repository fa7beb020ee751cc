package io.replicator.fetch;

import io.replicator.wire.FetchLimits;
import io.replicator.wire.FetchListener;
import io.replicator.wire.SourceLink;
import io.replicator.wire.SourceSession;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which broker each partition is fetched from, and which partitions are held back: because no broker serves them, because
 * they wait before the next attempt, or because too much of them is in the lane. Thousands may be held back, so they are
 * looked at only when one of them may go on. Fetcher's thread.
 */
final class SourceBrokers {
    /** How long a follower is fetched from before the leader is asked again, as Kafka's consumer does it. */
    private static final long PREFERRED_REPLICA_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** How often a partition without a known leader is looked at between two refreshes of the metadata. */
    private static final long UNSERVED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SourceLink source;
    private final FetchLimits limits;
    private final FetchListener listener;
    private final long partitionBudgetBytes;
    private final Map<Integer, SourceSession> sessions = new HashMap<>();
    private final List<PartitionCursor> heldBack = new ArrayList<>();

    /** Whether one of those held back may go on at any moment; otherwise one may at {@link #lookAtNanos}. */
    private boolean looksAtOnce;

    private boolean looksLater;
    private long lookAtNanos;
    private int seenVersion = -1;

    /**
     * @param listener told what the brokers answer
     * @param partitionBudgetBytes the most bytes of one partition that are in the lane at a time
     */
    SourceBrokers(SourceLink source, FetchLimits limits, FetchListener listener, long partitionBudgetBytes) {
        this.source = source;
        this.limits = limits;
        this.listener = listener;
        this.partitionBudgetBytes = partitionBudgetBytes;
    }

    Collection<SourceSession> sessions() {
        return sessions.values();
    }

    /** Stops fetching the partition until {@link #release} finds that it may go on. */
    void holdBack(PartitionCursor cursor) {
        leave(cursor);
        if (!cursor.heldBack) {
            cursor.heldBack = true;
            heldBack.add(cursor);
        }
        looksAtOnce = true;
    }

    /** Stops fetching the partition for good. */
    void remove(PartitionCursor cursor) {
        leave(cursor);
        if (cursor.heldBack) {
            cursor.heldBack = false;
            heldBack.remove(cursor);
        }
    }

    private static void leave(PartitionCursor cursor) {
        if (cursor.session != null) {
            cursor.session.remove(cursor.fetched);
            cursor.session = null;
        }
    }

    /** Fetches the partitions again that nothing holds back any more; returns how many. */
    int release(long nowNanos) {
        boolean isTime = looksAtOnce || (looksLater && nowNanos - lookAtNanos >= 0);
        if (!isTime) {
            return 0;
        }
        looksAtOnce = false;
        looksLater = false;
        int released = 0;
        for (int i = heldBack.size() - 1; i >= 0; i--) {
            PartitionCursor cursor = heldBack.get(i);
            if (endHold(cursor, nowNanos) && join(cursor, nowNanos)) {
                cursor.heldBack = false;
                heldBack.remove(i);
                released++;
            }
        }
        return released;
    }

    /** Whether one of them is held back until the producer has released more of what was fetched. */
    boolean isAwaitingRoom() {
        return looksAtOnce;
    }

    private void lookBy(long timeNanos) {
        if (!looksLater || timeNanos - lookAtNanos < 0) {
            looksLater = true;
            lookAtNanos = timeNanos;
        }
    }

    /** Ends what holds the partition back, if that is over; returns whether nothing holds it back. */
    private boolean endHold(PartitionCursor cursor, long nowNanos) {
        if (!cursor.retry.isDue(nowNanos)) {
            lookBy(nowNanos + cursor.retry.untilDueNanos(nowNanos));
            return false;
        }
        if (cursor.full) {
            cursor.full = cursor.bufferedBytes() > partitionBudgetBytes / 2;
            // The producer does not announce what it releases. Few are full at a time: each has a good part of the
            // pool.
            looksAtOnce |= cursor.full;
        }
        return !cursor.full;
    }

    /** Adds the partition to the session of the broker that serves it; false when none is known. */
    private boolean join(PartitionCursor cursor, long nowNanos) {
        int node = chooseServer(cursor, nowNanos);
        if (node < 0) {
            publishWhyUnserved(cursor);
            source.refresh();
            lookBy(nowNanos + UNSERVED_NANOS);
            return false;
        }
        cursor.session = sessions.computeIfAbsent(node, id -> source.session(id, limits, listener));
        cursor.doubt.forget();
        cursor.joinedAfterRequest = cursor.session.requests();
        cursor.session.add(
                cursor.fetched,
                cursor.fetchOffset(),
                cursor.lastFetchedEpoch(),
                cursor.topic.leaderEpoch(cursor.partition.number()));
        return true;
    }

    /** Asks for what stands at the cursor now. */
    void ask(PartitionCursor cursor) {
        cursor.session.move(
                cursor.fetched,
                cursor.fetchOffset(),
                cursor.lastFetchedEpoch(),
                cursor.topic.leaderEpoch(cursor.partition.number()));
    }

    private int chooseServer(PartitionCursor cursor, long nowNanos) {
        if (cursor.preferredReplica >= 0) {
            if (nowNanos - cursor.preferredUntilNanos < 0 && !source.hasFailed(cursor.preferredReplica)) {
                return cursor.preferredReplica;
            }
            cursor.preferredReplica = -1;
        }
        return cursor.topic.leader(cursor.partition.number());
    }

    /** The leader named a follower that is nearer to this client (KIP-392): fetches from there. */
    void prefer(PartitionCursor cursor, int replica, long nowNanos) {
        cursor.preferredReplica = replica;
        cursor.preferredUntilNanos = nowNanos + PREFERRED_REPLICA_NANOS;
        holdBack(cursor);
    }

    private void publishWhyUnserved(PartitionCursor cursor) {
        String cluster = source.clusterName();
        if (!source.isKnown()) {
            cursor.partition.publishSourceHealthIfChanged(SourceTrouble.unreachable(cluster, source.whyUnreachable()));
            return;
        }
        switch (cursor.topic.error()) {
            case MISSING -> cursor.partition.publishSourceHealthIfChanged(SourceTrouble.topicMissing(cursor.partition));
            case NOT_AUTHORIZED ->
                cursor.partition.publishSourceHealthIfChanged(SourceTrouble.notAuthorized(cluster, cursor.partition));
            case NOT_ASKED_YET -> {}
            case NONE, OTHER -> cursor.partition.publishSourceHealthIfChanged(SourceTrouble.noLeader(cursor.partition));
        }
    }

    /** Takes note of the metadata's version; returns whether it was refreshed since the last call. */
    boolean noteVersion() {
        boolean isNew = source.version() != seenVersion;
        looksAtOnce |= isNew;
        seenVersion = source.version();
        return isNew;
    }

    /** Fetches the partition from its leader as the metadata has it now. */
    void follow(PartitionCursor cursor, long nowNanos) {
        if (cursor.session != null && chooseServer(cursor, nowNanos) != cursor.session.nodeId()) {
            holdBack(cursor);
        }
    }
}
