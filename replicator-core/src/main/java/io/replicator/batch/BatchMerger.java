package io.replicator.batch;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * The {@code coalesce} way: makes one batch of several small ones of a partition, moving their records undecoded.
 *
 * <pre>
 *   target   | header (61) | records of the 1st | records of the 2nd | ...         codec none: framed where they will lie
 *   plain                  | records of the 1st | records of the 2nd | ...         else: framed here, compressed by finish
 * </pre>
 *
 * <p>The merged batch has a CRC of its own, so every source batch's CRC is checked on the way in: an error cannot hide behind a
 * new seal. Merged records keep key, value, headers and timestamp; holes between and within batches are closed, and {@link
 * #runs} tells which source offsets went in. The first batch's codec is the merged one's, at the codec's default level: a
 * batch does not tell its own.
 *
 * <p>One instance per lane thread, reused: merging uncompressed batches allocates nothing, compressed ones cost what Kafka's
 * streams allocate. Invariant: a refused or corrupt batch leaves everything as it was.
 */
public final class BatchMerger {

    private static final int NO_ROOM = -1;

    private final int maxBytes;
    private final Crc32c crc = new Crc32c();
    private final Codec codec = new Codec();
    private final RecordCursor cursor = new RecordCursor();
    private final HeaderDraft header = new HeaderDraft();
    private final SourceRuns runs = new SourceRuns();

    private ByteBuffer plain = ByteBuffer.allocate(0);
    private ByteBuffer target;
    private int start;
    private int roomBytes;
    private int mergedBytes;

    /** @param maxBytes bound of a merged batch, header included, before compression */
    public BatchMerger(int maxBytes) {
        if (maxBytes <= BatchHeader.SIZE) {
            throw new IllegalArgumentException(
                    "a merged batch of at most " + maxBytes + " bytes has no room for records");
        }
        this.maxBytes = maxBytes;
    }

    /** Whether a batch can ever be merged: magic 2, records of a producer, CreateTime, a codec we know. Others are rebuilt. */
    public static boolean isMergeable(ByteBuffer source, int at) {
        return BatchHeader.magic(source, at) == BatchHeader.MAGIC_V2
                && (BatchHeader.attributes(source, at) & (BatchHeader.CONTROL | BatchHeader.LOG_APPEND_TIME)) == 0
                && BatchHeader.codec(source, at) <= BatchHeader.CODEC_LAST;
    }

    /**
     * Begins a merged batch at the target's position, which does not move. Whatever its compression saves, a batch takes at most
     * what is there up to the target's limit uncompressed: so {@link #finish} never fails for want of room.
     */
    public void begin(ByteBuffer newTarget) {
        target = newTarget;
        start = newTarget.position();
        roomBytes = Math.min(maxBytes, newTarget.remaining()) - BatchHeader.SIZE;
        mergedBytes = 0;
        header.begin();
        runs.clear();
    }

    /**
     * Adds a source batch's records behind those that are there. A batch that compaction has emptied adds nothing.
     *
     * @return false if it does not fit, is compressed otherwise than the ones before, or is not {@link #isMergeable}; nothing was
     *     changed then. A batch that needs more room than there is left by its present size is refused unread
     * @throws CorruptBatchException if its CRC is wrong or its records do not parse; nothing was changed then either
     */
    public boolean add(ByteBuffer source, int at) {
        if (target == null) {
            throw new IllegalStateException("no merged batch has begun");
        }
        if (!isMergeable(source, at)) {
            return false;
        }
        int count = BatchHeader.recordCount(source, at);
        if (count == 0) {
            crc.verify(source, at);
            return true;
        }
        int sourceCodec = BatchHeader.codec(source, at);
        boolean isSameCodec = header.isEmpty() || sourceCodec == header.codec();
        int sourceBytes = BatchHeader.sizeInBytes(source, at) - BatchHeader.SIZE;
        if (!isSameCodec || sourceBytes > roomBytes - mergedBytes || count > Integer.MAX_VALUE - header.recordCount()) {
            return false;
        }
        crc.verify(source, at);
        if (count < 0) {
            throw new CorruptBatchException(
                    "batch at offset " + BatchHeader.baseOffset(source, at) + ": " + count + " records");
        }
        if (sourceCodec == BatchHeader.CODEC_NONE) {
            int recordsAt = at + BatchHeader.SIZE;
            return addRecords(source, at, source, recordsAt, sourceBytes, target, start + BatchHeader.SIZE);
        }
        int unfoldedBytes = codec.unfold(source, at, roomBytes - mergedBytes);
        if (unfoldedBytes < 0) {
            return false;
        }
        reservePlain();
        return addRecords(source, at, codec.unfolded(), 0, unfoldedBytes, plain, 0);
    }

    /** Records in the merged batch, so far or as finished. */
    public int recordCount() {
        return header.recordCount();
    }

    /** Bytes of the merged batch before compression, header included. */
    public int uncompressedBytes() {
        return BatchHeader.SIZE + mergedBytes;
    }

    /** How many runs of source offsets went in, until the next {@link #begin}; adjacent ones are joined, also across batches. */
    public int runs() {
        return runs.count();
    }

    public long runStart(int run) {
        return runs.start(run);
    }

    public int runLength(int run) {
        return runs.length(run);
    }

    /**
     * Writes header and CRC; the batch lies at the target's position as it was at {@link #begin}. Records whose compressed form
     * would not fit into the target are stored as they are.
     *
     * @return its size
     */
    public int finish(long producerId, short producerEpoch, int baseSequence) {
        if (target == null || header.isEmpty()) {
            throw new IllegalStateException("no records were merged");
        }
        int storedCodec = header.codec();
        int storedBytes = mergedBytes;
        if (storedCodec != BatchHeader.CODEC_NONE) {
            storedBytes = fold(storedCodec);
            if (storedBytes == NO_ROOM) {
                target.put(start + BatchHeader.SIZE, plain, 0, mergedBytes);
                storedCodec = BatchHeader.CODEC_NONE;
                storedBytes = mergedBytes;
            }
        }
        int size = BatchHeader.SIZE + storedBytes;
        header.write(target, start, size, storedCodec, producerId, producerEpoch, baseSequence, crc);
        target = null;
        return size;
    }

    /** Adds {@code bytes} of plain records, which belong to the batch at {@code (source, at)}, behind the merged ones. */
    private boolean addRecords(
            ByteBuffer source, int at, ByteBuffer records, int recordsAt, int bytes, ByteBuffer merged, int mergedAt) {
        boolean added = false;
        runs.mark();
        cursor.open(records, recordsAt, recordsAt + bytes);
        try {
            added = isTakenWhole(source, at)
                    ? takeWhole(source, at, records, recordsAt, bytes, merged, mergedAt)
                    : frame(source, at, merged, mergedAt);
        } finally {
            cursor.close();
            if (!added) {
                runs.reset();
            }
        }
        return added;
    }

    /** A first batch without holes has the deltas that it must have. */
    private boolean isTakenWhole(ByteBuffer source, int at) {
        return header.isEmpty() && BatchHeader.isDense(source, at) && !BatchHeader.hasDeleteHorizon(source, at);
    }

    private boolean takeWhole(
            ByteBuffer source, int at, ByteBuffer records, int recordsAt, int bytes, ByteBuffer merged, int mergedAt) {
        merged.put(mergedAt, records, recordsAt, bytes);
        runs.add(BatchHeader.baseOffset(source, at), BatchHeader.recordCount(source, at));
        added(source, at, bytes, BatchHeader.baseTimestamp(source, at));
        return true;
    }

    private boolean frame(ByteBuffer source, int at, ByteBuffer merged, int mergedAt) {
        long baseTimestamp = header.isEmpty() ? firstTimestamp(source, at) : header.baseTimestamp();
        int end = frameEach(source, at, merged, mergedAt, BatchHeader.baseTimestamp(source, at) - baseTimestamp);
        if (end == NO_ROOM) {
            return false;
        }
        if (BatchHeader.isDense(source, at)) {
            runs.add(BatchHeader.baseOffset(source, at), BatchHeader.recordCount(source, at));
        }
        added(source, at, end - mergedAt, baseTimestamp);
        return true;
    }

    private void added(ByteBuffer source, int at, int newMergedBytes, long baseTimestamp) {
        if (header.isEmpty()) {
            header.first(BatchHeader.codec(source, at), baseTimestamp);
        }
        header.add(BatchHeader.recordCount(source, at), BatchHeader.maxTimestamp(source, at));
        mergedBytes = newMergedBytes;
    }

    /** A delete horizon lies far from the records' times: deltas to it would be long. So the first record's time is the base. */
    private long firstTimestamp(ByteBuffer source, int at) {
        int recordsAt = cursor.position();
        cursor.next();
        long timestamp = BatchHeader.baseTimestamp(source, at) + cursor.timestampDelta();
        cursor.rewind(recordsAt);
        return timestamp;
    }

    private int frameEach(ByteBuffer source, int at, ByteBuffer merged, int mergedAt, long timestampShift) {
        int count = BatchHeader.recordCount(source, at);
        boolean hasHoles = !BatchHeader.isDense(source, at);
        long baseOffset = BatchHeader.baseOffset(source, at);
        int limit = mergedAt + roomBytes;
        int next = mergedAt + mergedBytes;
        int nextDelta = header.recordCount();
        int previousSourceDelta = -1;
        for (int i = 0; i < count; i++) {
            cursor.next();
            next = cursor.copyTo(merged, next, limit, cursor.timestampDelta() + timestampShift, nextDelta + i);
            if (next == NO_ROOM) {
                return NO_ROOM;
            }
            if (cursor.offsetDelta() <= previousSourceDelta) {
                throw new CorruptBatchException("batch at offset " + baseOffset + ": offset delta "
                        + cursor.offsetDelta() + " follows " + previousSourceDelta);
            }
            previousSourceDelta = cursor.offsetDelta();
            if (hasHoles) {
                runs.add(baseOffset + previousSourceDelta, 1);
            }
        }
        if (!cursor.isAtEnd() || previousSourceDelta > BatchHeader.lastOffsetDelta(source, at)) {
            throw new CorruptBatchException("batch at offset " + baseOffset + ": more than its " + count + " records");
        }
        return next;
    }

    private void reservePlain() {
        if (plain.capacity() < roomBytes) {
            plain = ByteBuffer.allocate(roomBytes);
        }
    }

    private int fold(int storedCodec) {
        ByteBuffer view = target.duplicate().position(start + BatchHeader.SIZE);
        ByteBufferOutputStream out = new ByteBufferOutputStream(view);
        codec.fold(storedCodec, plain, 0, mergedBytes, out);
        // The stream moves to memory of its own when the target is too small, and goes on counting there.
        int end = out.position();
        return end <= target.limit() ? end - start - BatchHeader.SIZE : NO_ROOM;
    }
}
