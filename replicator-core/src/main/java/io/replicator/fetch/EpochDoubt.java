package io.replicator.fetch;

import io.replicator.batch.BatchHeader;
import io.replicator.partition.Divergence;
import io.replicator.partition.LeaderEpochs;
import java.nio.ByteBuffer;

/**
 * A leader whose log reaches the fetch offset but does not know the epoch of what was read last. Either it never had those
 * records: another leader's, written in their place before or after, stand there (an unclean election). Or it had them
 * without knowing: a replica that was made when compaction had removed all of an epoch does not know that there was one,
 * for followers learn epochs from batches. What stands now where that epoch began tells which: in a log epochs ascend.
 */
final class EpochDoubt {
    private Divergence found = Divergence.NONE;
    private long lookAt;
    private boolean isOpen;

    /** Whether the log does not reach the fetch offset any more, so that there is nothing to doubt. */
    static boolean isCertain(Divergence divergence) {
        return divergence.sourceEnd() < divergence.offset();
    }

    /** From now on the log is read where the epoch that the leader does not know began. */
    void begin(Divergence divergence, LeaderEpochs known) {
        found = divergence;
        lookAt = known.partsAt(divergence.sourceEpoch(), divergence.sourceEnd());
        isOpen = true;
    }

    /** It is the same log: it is read on, with the epoch that the leader does know. */
    void settle() {
        isOpen = false;
    }

    /** Another leader is asked, or from elsewhere: it is told again what was read last. */
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
     * What the batches say that were fetched from where the doubt begins.
     *
     * @param batches the first may begin below, or lie below altogether
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

    /** Whether the log is the one that was read. */
    enum Answer {
        /** Nothing was read there. */
        NOT_YET_KNOWN,
        SAME_LOG,
        ANOTHER_LOG,
        CORRUPT
    }
}
