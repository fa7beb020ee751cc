package io.replicator.fetch;

import io.replicator.batch.BatchHeader;
import io.replicator.batch.CorruptBatchException;
import io.replicator.batch.Crc32c;
import io.replicator.measure.FetchMeasures;
import io.replicator.partition.LeaderEpochs;
import io.replicator.ring.BatchRing;
import io.replicator.ring.BatchSlot;
import io.replicator.wire.PartitionAnswer;
import java.nio.ByteBuffer;

/**
 * Walks over the batches of an answer by their headers and puts those to be copied into the ring: not those below the
 * cursor, not control batches, not aborted ones. Batches that are left out move the position as well.
 */
final class BatchScanner {
    private static final int MIN_OLD_MESSAGE_BYTES = 26;

    private final BatchRing ring;
    private final boolean readCommitted;
    private final FetchMeasures measures;
    private final Crc32c crc = new Crc32c();
    private final Remainder current = new Remainder(new AbortedTransactions());
    private long corruptAt = -1;

    BatchScanner(BatchRing ring, boolean readCommitted, FetchMeasures measures) {
        this.ring = ring;
        this.readCommitted = readCommitted;
        this.measures = measures;
    }

    /** The answer's batches, not yet scanned; valid until the next call, unless {@link Remainder#keep kept}. */
    Remainder begin(PartitionCursor cursor, PartitionAnswer answer, long nowNanos) {
        current.aborted().reset(answer);
        current.fill(cursor, answer.buffer(), answer.batches(), nowNanos);
        return current;
    }

    /** The offset where the last scan found corrupt bytes, -1 when it found none. */
    long corruptAt() {
        return corruptAt;
    }

    /**
     * Scans on from where the last scan of the answer ended.
     *
     * @return false when the ring was full first
     */
    boolean scan(Remainder remainder) {
        corruptAt = -1;
        PartitionCursor cursor = remainder.cursor();
        ByteBuffer bytes = remainder.batches();
        int at = remainder.at();
        long skippedFrom = -1;
        long skippedTo = -1;
        // A batch needs two free slots: one for itself, one for the offsets that were skipped before it.
        while (ring.free() >= 2 && isWhole(bytes, at)) {
            if (!isPlausible(bytes, at)) {
                corruptAt = cursor.offset;
                break;
            }
            long nextOffset = nextOffset(bytes, at);
            boolean isLeftOut = enter(remainder.aborted(), bytes, at);
            if (nextOffset > cursor.offset) {
                if (!endsBeforeTheNext(bytes, at, nextOffset) || (isLeftOut && !crc.matches(bytes, at))) {
                    corruptAt = cursor.offset;
                    break;
                }
                cursor.enterEpoch(leaderEpoch(bytes, at));
                if (isLeftOut) {
                    skippedFrom = skippedTo < 0 ? cursor.offset : skippedFrom;
                    skippedTo = nextOffset;
                    measures.skippedBatches.increment();
                } else {
                    publishAdvance(remainder, skippedFrom, skippedTo);
                    skippedTo = -1;
                    publishBatch(remainder, at, nextOffset);
                }
                cursor.offset = nextOffset;
            }
            at += BatchHeader.sizeInBytes(bytes, at);
        }
        publishAdvance(remainder, skippedFrom, skippedTo);
        remainder.passTo(at);
        return corruptAt >= 0 || !isWhole(bytes, at);
    }

    /** A length that no batch can have counts as a whole batch, so that {@link #isPlausible} refuses it. */
    static boolean isWhole(ByteBuffer bytes, int at) {
        try {
            return BatchHeader.isWhole(bytes, at, bytes.limit());
        } catch (CorruptBatchException corrupt) {
            return true;
        }
    }

    /**
     * Moves on to a batch; returns whether its header says that there is nothing to copy. One flipped bit can make a batch
     * look so, and no later check sees a batch that is left out: so the caller checks its CRC. To be called for every
     * batch, also those below the cursor: aborted transactions begin and end in them.
     */
    private boolean enter(AbortedTransactions aborted, ByteBuffer bytes, int at) {
        if (BatchHeader.magic(bytes, at) < BatchHeader.MAGIC_V2) {
            return false;
        }
        boolean isAborted = aborted.enter(bytes, at) && readCommitted;
        return isAborted || BatchHeader.isControl(bytes, at) || BatchHeader.recordCount(bytes, at) == 0;
    }

    /**
     * Whether the batch's offsets end where the next batch begins, or below. The CRC does not cover offsets: if a flipped
     * bit made them larger, the batches behind would be skipped as already copied.
     */
    private static boolean endsBeforeTheNext(ByteBuffer bytes, int at, long nextOffset) {
        int next = at + BatchHeader.sizeInBytes(bytes, at);
        return !isWhole(bytes, next) || BatchHeader.baseOffset(bytes, next) >= nextOffset;
    }

    /** Whether the header can be a batch's. The target's broker checks the CRC of a batch that is copied. */
    static boolean isPlausible(ByteBuffer bytes, int at) {
        byte magic = BatchHeader.magic(bytes, at);
        int size = BatchHeader.sizeInBytes(bytes, at);
        if (size > bytes.limit() - at || size < MIN_OLD_MESSAGE_BYTES) {
            return false;
        }
        if (magic < 0 || magic > BatchHeader.MAGIC_V2 || BatchHeader.baseOffset(bytes, at) < 0) {
            return false;
        }
        if (magic < BatchHeader.MAGIC_V2) {
            return true;
        }
        return size >= BatchHeader.SIZE
                && BatchHeader.lastOffsetDelta(bytes, at) >= 0
                && BatchHeader.recordCount(bytes, at) >= 0
                && BatchHeader.recordCount(bytes, at) <= BatchHeader.lastOffsetDelta(bytes, at) + 1L;
    }

    /** The batch's leader epoch; the old formats have none. */
    static int leaderEpoch(ByteBuffer bytes, int at) {
        return BatchHeader.magic(bytes, at) < BatchHeader.MAGIC_V2
                ? LeaderEpochs.UNKNOWN
                : BatchHeader.partitionLeaderEpoch(bytes, at);
    }

    /** The offset after the batch. In the old formats the offset of a compressed message set is that of its last record. */
    static long nextOffset(ByteBuffer bytes, int at) {
        return BatchHeader.magic(bytes, at) < BatchHeader.MAGIC_V2
                ? BatchHeader.baseOffset(bytes, at) + 1
                : BatchHeader.nextOffset(bytes, at);
    }

    private void publishAdvance(Remainder remainder, long skippedFrom, long skippedTo) {
        if (skippedTo < 0) {
            return;
        }
        BatchSlot slot = claim(remainder, skippedTo);
        slot.kind = BatchSlot.Kind.ADVANCE;
        slot.fromOffset = skippedFrom;
        slot.sizeInBytes = 0;
        ring.publish();
    }

    private void publishBatch(Remainder remainder, int at, long nextOffset) {
        ByteBuffer bytes = remainder.batches();
        PartitionCursor cursor = remainder.cursor();
        BatchSlot slot = claim(remainder, nextOffset);
        slot.kind = canPass(bytes, at, cursor.offset) ? BatchSlot.Kind.WHOLE : BatchSlot.Kind.REBUILD;
        slot.buffer = remainder.buffer();
        slot.bytes = bytes;
        slot.at = at;
        slot.sizeInBytes = BatchHeader.sizeInBytes(bytes, at);
        slot.fromOffset = cursor.offset;
        remainder.buffer().handOn();
        cursor.handedOnBytes += slot.sizeInBytes;
        measures.batches.increment();
        measures.bytes.add(slot.sizeInBytes);
        ring.publish();
    }

    private BatchSlot claim(Remainder remainder, long nextOffset) {
        BatchSlot slot = ring.claim();
        slot.laneIndex = remainder.cursor().laneIndex;
        slot.generation = remainder.generation();
        slot.nextOffset = nextOffset;
        slot.arrivedNanos = remainder.arrivedNanos();
        return slot;
    }

    /** Brokers refuse a batch with holes; readers of a LogAppendTime batch see another time than its records hold. */
    private static boolean canPass(ByteBuffer bytes, int at, long fromOffset) {
        return BatchHeader.magic(bytes, at) == BatchHeader.MAGIC_V2
                && BatchHeader.isDense(bytes, at)
                && BatchHeader.baseOffset(bytes, at) >= fromOffset
                && !BatchHeader.isLogAppendTime(bytes, at);
    }
}
