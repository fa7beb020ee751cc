package io.replicator.fetch;

import io.replicator.wire.ClusterView;
import io.replicator.wire.FetchSession;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which broker each partition is fetched from, and which partitions are held back: because nobody serves them, because
 * they wait before they try again, or because too much of them is on its way. Thousands may be held back, so they are
 * looked at only when one of them may go on.
 */
final class SourceBrokers {
    /** How long a follower is fetched from before the leader is asked again, as Kafka's consumer does it. */
    private static final long PREFERRED_REPLICA_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** How often a partition that nobody serves is looked at while nothing new is known of its leaders. */
    private static final long UNSERVED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ClusterView source;
    private final FetchSession.Limits limits;
    private final FetchSession.Listener listener;
    private final long partitionBudgetBytes;
    private final Map<Integer, FetchSession> sessions = new HashMap<>();
    private final List<PartitionCursor> heldBack = new ArrayList<>();

    /** Whether one of those held back may go on any moment; otherwise one may at {@link #lookAtNanos}. */
    private boolean looksAtOnce;

    private boolean looksLater;
    private long lookAtNanos;
    private int seenVersion = -1;

    /**
     * @param listener told what the sessions bring
     * @param partitionBudgetBytes the most of one partition that is on its way at a time
     */
    SourceBrokers(
            ClusterView source, FetchSession.Limits limits, FetchSession.Listener listener, long partitionBudgetBytes) {
        this.source = source;
        this.limits = limits;
        this.listener = listener;
        this.partitionBudgetBytes = partitionBudgetBytes;
    }

    Collection<FetchSession> sessions() {
        return sessions.values();
    }

    /** Fetches the partition no longer until {@link #release} finds that it may go on. */
    void holdBack(PartitionCursor cursor) {
        leave(cursor);
        if (!cursor.heldBack) {
            cursor.heldBack = true;
            heldBack.add(cursor);
        }
        looksAtOnce = true;
    }

    /** Fetches the partition no longer. */
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

    /** Goes on with the partitions that nothing holds back any more. */
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
            if (mayGoOn(cursor, nowNanos) && join(cursor, nowNanos)) {
                cursor.heldBack = false;
                heldBack.remove(i);
                released++;
            }
        }
        return released;
    }

    /** Whether one of them is held back until the producer has released more of what was fetched. */
    boolean waitForRoom() {
        return looksAtOnce;
    }

    private void lookBy(long timeNanos) {
        if (!looksLater || timeNanos - lookAtNanos < 0) {
            looksLater = true;
            lookAtNanos = timeNanos;
        }
    }

    private boolean mayGoOn(PartitionCursor cursor, long nowNanos) {
        if (cursor.notBeforeNanos != 0) {
            if (nowNanos - cursor.notBeforeNanos < 0) {
                lookBy(cursor.notBeforeNanos);
                return false;
            }
            cursor.notBeforeNanos = 0;
        }
        if (cursor.full) {
            cursor.full = cursor.bufferedBytes() > partitionBudgetBytes / 2;
            // The producer releases without a word. Few are full at a time: each has a good part of the pool.
            looksAtOnce |= cursor.full;
        }
        return !cursor.full;
    }

    /** Asks for the partition from whoever serves it; false when nobody is known to. */
    private boolean join(PartitionCursor cursor, long nowNanos) {
        int node = serverOf(cursor, nowNanos);
        if (node < 0) {
            tellWhyNobodyServes(cursor);
            source.refresh();
            lookBy(nowNanos + UNSERVED_NANOS);
            return false;
        }
        cursor.session = sessions.computeIfAbsent(node, id -> new FetchSession(source, id, limits, listener));
        cursor.doubt.forget();
        cursor.joinedAfterRequest = cursor.session.requests();
        cursor.session.add(
                cursor.fetched,
                cursor.fetchOffset(),
                cursor.lastFetchedEpoch(),
                cursor.topic.leaderEpoch(cursor.partition.number()));
        return true;
    }

    private int serverOf(PartitionCursor cursor, long nowNanos) {
        if (cursor.preferredReplica >= 0) {
            if (nowNanos - cursor.preferredUntilNanos < 0 && !source.hasFailed(cursor.preferredReplica)) {
                return cursor.preferredReplica;
            }
            cursor.preferredReplica = -1;
        }
        return cursor.topic.leader(cursor.partition.number());
    }

    /** The leader would rather have us fetch from a follower that is nearer (KIP-392). */
    void prefer(PartitionCursor cursor, int replica, long nowNanos) {
        cursor.preferredReplica = replica;
        cursor.preferredUntilNanos = nowNanos + PREFERRED_REPLICA_NANOS;
        holdBack(cursor);
    }

    private void tellWhyNobodyServes(PartitionCursor cursor) {
        String cluster = source.connection().clusterName();
        if (!source.isKnown()) {
            String denied = source.connection().lastAuthenticationError();
            cursor.partition.publishSourceHealthIfChanged(
                    SourceTrouble.unreachable(cluster, denied.isEmpty() ? "no bootstrap server answers" : denied));
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

    /** Whether the view was refreshed since this was last asked. */
    boolean isViewNew() {
        boolean isNew = source.version() != seenVersion;
        looksAtOnce |= isNew;
        seenVersion = source.version();
        return isNew;
    }

    /** Fetches the partition from its leader as the view has it now. */
    void follow(PartitionCursor cursor, long nowNanos) {
        if (cursor.session != null && serverOf(cursor, nowNanos) != cursor.session.nodeId()) {
            holdBack(cursor);
        }
    }
}
