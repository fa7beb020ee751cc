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
 * Walks over the batches of an answer by their headers and puts those that are wanted into the ring: not those below the
 * cursor, not control batches, not aborted ones. What is left out moves the position all the same.
 */
final class BatchScanner {
    private static final int SMALLEST_OLD_MESSAGE = 26;

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

    /** The answer's batches, not yet gone through; valid until the next call, unless kept. */
    Remainder begin(PartitionCursor cursor, PartitionAnswer answer, long nowNanos) {
        current.aborted().reset(answer);
        current.fill(cursor, answer.buffer(), answer.batches(), nowNanos);
        return current;
    }

    /** Where the last scan met bytes that cannot be a batch, or one without records that is corrupt; -1 when it did not. */
    long corruptAt() {
        return corruptAt;
    }

    /**
     * Goes on with an answer.
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
        // Two free slots for every batch: one for it, one for the news of what was skipped before it.
        while (ring.free() >= 2 && isWhole(bytes, at)) {
            if (!isPlausible(bytes, at)) {
                corruptAt = cursor.offset;
                break;
            }
            long nextOffset = nextOffset(bytes, at);
            boolean isLeftOut = isLeftOut(remainder.aborted(), bytes, at);
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

    /** A length that no batch can have is reported as a batch, for {@link #isPlausible} to refuse. */
    static boolean isWhole(ByteBuffer bytes, int at) {
        try {
            return BatchHeader.isWhole(bytes, at, bytes.limit());
        } catch (CorruptBatchException corrupt) {
            return true;
        }
    }

    /**
     * Whether there is nothing to copy, going by the header alone. One flipped bit makes a batch look like this, and what
     * is left out is seen by nobody after us: so the CRC of those is checked here. Asked about every batch, also those
     * that are not wanted: aborted transactions begin and end in them.
     */
    private boolean isLeftOut(AbortedTransactions aborted, ByteBuffer bytes, int at) {
        if (BatchHeader.magic(bytes, at) < BatchHeader.MAGIC_V2) {
            return false;
        }
        boolean isAborted = aborted.covers(bytes, at) && readCommitted;
        return isAborted || BatchHeader.isControl(bytes, at) || BatchHeader.recordCount(bytes, at) == 0;
    }

    /**
     * Whether the batch's offsets leave the next one its own. Offsets are not covered by the CRC: one that was flipped up
     * would have the batches behind it taken for old ones.
     */
    private static boolean endsBeforeTheNext(ByteBuffer bytes, int at, long nextOffset) {
        int next = at + BatchHeader.sizeInBytes(bytes, at);
        return !isWhole(bytes, next) || BatchHeader.baseOffset(bytes, next) >= nextOffset;
    }

    /** Whether the bytes can be a batch at all; the records of one that is handed on are judged by its CRC, on the target. */
    static boolean isPlausible(ByteBuffer bytes, int at) {
        byte magic = BatchHeader.magic(bytes, at);
        int size = BatchHeader.sizeInBytes(bytes, at);
        if (size > bytes.limit() - at || size < SMALLEST_OLD_MESSAGE) {
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

    /** The old formats have none. */
    static int leaderEpoch(ByteBuffer bytes, int at) {
        return BatchHeader.magic(bytes, at) < BatchHeader.MAGIC_V2
                ? LeaderEpochs.UNKNOWN
                : BatchHeader.partitionLeaderEpoch(bytes, at);
    }

    /** In the old formats the offset of a compressed message set is that of its last record. */
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

    /** The broker refuses a batch with holes; a reader of a LogAppendTime batch sees another time than it holds. */
    private static boolean canPass(ByteBuffer bytes, int at, long fromOffset) {
        return BatchHeader.magic(bytes, at) == BatchHeader.MAGIC_V2
                && BatchHeader.isDense(bytes, at)
                && BatchHeader.baseOffset(bytes, at) >= fromOffset
                && !BatchHeader.isLogAppendTime(bytes, at);
    }
}
