package io.replicator.fetch;

import io.replicator.batch.BatchHeader;
import io.replicator.partition.Divergence;
import io.replicator.partition.LeaderEpochs;
import java.nio.ByteBuffer;

/**
 * Decides whether a log is another one when its leader has the fetch offset but does not know the epoch of what was read
 * last. There are two causes. After an unclean election the leader never had those records: records of another leader are
 * in their place. Or compaction removed all records of that epoch before this replica copied the log: followers learn
 * epochs from batches, so it does not know that there was one. The batch that is now where the epoch began decides:
 * epochs ascend in a log, so a smaller epoch there means another log.
 */
final class EpochDoubt {
    private Divergence found = Divergence.NONE;
    private long lookAt;
    private boolean isOpen;

    /** Whether the log no longer reaches the fetch offset: then it was truncated for certain. */
    static boolean isCertain(Divergence divergence) {
        return divergence.sourceEnd() < divergence.offset();
    }

    /** From now on the fetch offset is where the epoch began that the leader does not know. */
    void begin(Divergence divergence, LeaderEpochs known) {
        found = divergence;
        lookAt = known.differsFrom(divergence.sourceEpoch(), divergence.sourceEnd());
        isOpen = true;
    }

    /** It is the same log: fetching goes on, with the epoch that the leader knows. */
    void settle() {
        isOpen = false;
    }

    /** Another leader is asked, or another offset: the request names again the epoch that was read last. */
    void forget() {
        found = Divergence.NONE;
        isOpen = false;
    }

    boolean isOpen() {
        return isOpen;
    }

    Divergence found() {
        return found;
    }

    long fetchOffset(long offset) {
        return isOpen ? lookAt : offset;
    }

    int lastFetchedEpoch(int epoch) {
        return found.isKnown() ? found.sourceEpoch() : epoch;
    }

    /**
     * Judges the batches that were fetched from where the epoch began.
     *
     * @param batches the first ones may be below that offset
     */
    Answer judge(ByteBuffer batches) {
        int at = batches.position();
        while (BatchScanner.isWhole(batches, at)) {
            if (!BatchScanner.isPlausible(batches, at)) {
                return Answer.CORRUPT;
            }
            if (BatchScanner.nextOffset(batches, at) > lookAt) {
                return BatchScanner.leaderEpoch(batches, at) < found.epoch() ? Answer.ANOTHER_LOG : Answer.SAME_LOG;
            }
            at += BatchHeader.sizeInBytes(batches, at);
        }
        return Answer.NOT_YET_KNOWN;
    }

    /** Whether the log is the log that was read. */
    enum Answer {
        /** No batch came. */
        NOT_YET_KNOWN,
        SAME_LOG,
        ANOTHER_LOG,
        CORRUPT
    }
}
