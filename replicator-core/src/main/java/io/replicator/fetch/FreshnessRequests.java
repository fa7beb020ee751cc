package io.replicator.fetch;

import java.util.ArrayList;
import java.util.List;

/**
 * Partitions of which the producer wants to know what the source has <em>from now on</em>. A session does not name what
 * has not changed, so an answer counts that the leader gave to a request which was sent after the partition joined the
 * session: whatever it did not mention is as it was. Fetcher's thread.
 */
final class FreshnessRequests {
    private final List<PartitionCursor> awaiting = new ArrayList<>();

    /** The partition leaves its session and joins it again, so that the next request names it. */
    void add(PartitionCursor cursor) {
        cursor.awaitedFreshness = cursor.partition.freshnessRequests();
        awaiting.add(cursor);
    }

    /** A broker has answered a request. */
    void answered(int nodeId) {
        if (!awaiting.isEmpty()) {
            awaiting.removeIf(cursor -> cursor.removed || answer(cursor, nodeId));
        }
    }

    /** Tells the producer, if the answer counts; returns whether it does. */
    private static boolean answer(PartitionCursor cursor, int nodeId) {
        boolean counts = cursor.isFetchedFrom(nodeId) && cursor.session.requests() > cursor.joinedAfterRequest;
        if (counts) {
            cursor.partition.answerFreshness(cursor.awaitedFreshness);
        }
        return counts;
    }
}
