package io.replicator.batch;

import java.nio.ByteBuffer;

/**
 * The {@code coalesce} way: makes one batch of several small ones of a partition and moves their records undecoded.
 *
 * <pre>
 *   target   | header (61) | records of the 1st | records of the 2nd | ...         codec none: framed in place
 *   framed                 | records of the nth |                                  else: framed here one by one, then compressed
 * </pre>
 *
 * <p>The merged batch has a new CRC, so every source batch's CRC is checked before: otherwise the new CRC would hide an error.
 * Merged records keep key, value, headers and timestamp; holes between and within batches are closed, and {@link #runs}
 * tells which source offsets were merged. The merged batch has the codec of the first one, at the codec's default level: a
 * batch does not contain its level.
 *
 * <p>One instance per lane thread, reused: merging uncompressed batches allocates nothing; a compressed one allocates what one
 * stream of Kafka's needs, for any number of batches. Invariant: a refused or corrupt batch changes nothing.
 */
public final class BatchMerger {

    /** Result of {@link #finish} when compression saved less than expected. */
    public static final int NO_ROOM = -1;

    /** How large all records may be uncompressed, as a multiple of the room: readers hold a batch in memory, too. */
    private static final int MAX_UNFOLDING = 16;

    private static final int MAX_UNFOLDED_BYTES = 32 << 20;
    private static final int KEPT_FRAMED_BYTES = 4 << 20;

    private final int maxBytes;
    private final Crc32c crc = new Crc32c();
    private final Codec codec = new Codec();
    private final RecordCursor cursor = new RecordCursor();
    private final HeaderDraft header = new HeaderDraft();
    private final SourceRuns runs = new SourceRuns();

    private final Folding folding = new Folding(codec);

    private ByteBuffer framed = ByteBuffer.allocate(0);
    private ByteBuffer target;
    private int start;
    private int roomBytes;
    private int mergedBytes;

    /** @param maxBytes bound of a merged batch as it is stored, header included */
    public BatchMerger(int maxBytes) {
        if (maxBytes <= BatchHeader.SIZE) {
            throw new IllegalArgumentException(
                    "a merged batch of at most " + maxBytes + " bytes has no room for records");
        }
        this.maxBytes = maxBytes;
    }

    /** Whether a batch can be merged: magic 2, a producer's records, CreateTime, a known codec. Others are rebuilt. */
    public static boolean isMergeable(ByteBuffer source, int at) {
        return BatchHeader.magic(source, at) == BatchHeader.MAGIC_V2
                && (BatchHeader.attributes(source, at) & (BatchHeader.CONTROL | BatchHeader.LOG_APPEND_TIME)) == 0
                && BatchHeader.codec(source, at) <= BatchHeader.CODEC_LAST;
    }

    /**
     * Begins a merged batch at the target's position, which does not move. The stored batch takes at most the bytes up to the
     * target's limit.
     */
    public void begin(ByteBuffer newTarget) {
        target = newTarget;
        start = newTarget.position();
        roomBytes = Math.min(maxBytes, newTarget.remaining()) - BatchHeader.SIZE;
        mergedBytes = 0;
        header.begin();
        runs.clear();
        folding.begin(newTarget, start + BatchHeader.SIZE, roomBytes);
    }

    /** Drops a merged batch, before its target is used for something else. */
    public void abandon() {
        folding.abandon();
        target = null;
    }

    /**
     * Appends a source batch's records. A batch that compaction has emptied adds nothing.
     *
     * @return false if it does not fit, has another codec than the ones before, or is not {@link #isMergeable}; nothing was
     *     changed then. A batch whose present size is larger than the room left is refused unread
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
        boolean isPlain = sourceCodec == BatchHeader.CODEC_NONE;
        if (!isSameCodec
                || sourceBytes > (isPlain ? roomBytes - mergedBytes : roomBytes)
                || count > Integer.MAX_VALUE - header.recordCount()) {
            return false;
        }
        crc.verify(source, at);
        if (count < 0) {
            throw new CorruptBatchException(
                    "batch at offset " + BatchHeader.baseOffset(source, at) + ": " + count + " records");
        }
        return isPlain ? addPlain(source, at, sourceBytes) : addCompressed(source, at, sourceCodec, sourceBytes);
    }

    private boolean addPlain(ByteBuffer source, int at, int sourceBytes) {
        int recordsAt = at + BatchHeader.SIZE;
        int mergedAt = start + BatchHeader.SIZE;
        int bytes = addRecords(
                source, at, source, recordsAt, sourceBytes, target, mergedAt + mergedBytes, mergedAt + roomBytes);
        mergedBytes += Math.max(0, bytes);
        return bytes != NO_ROOM;
    }

    private boolean addCompressed(ByteBuffer source, int at, int sourceCodec, int sourceBytes) {
        int most = (int) Math.min(MAX_UNFOLDED_BYTES, (long) MAX_UNFOLDING * roomBytes) - mergedBytes;
        int unfoldedBytes = codec.unfold(source, at, most);
        if (unfoldedBytes < 0 || !folding.hasRoomFor(sourceCodec, unfoldedBytes, sourceBytes)) {
            return false;
        }
        int count = BatchHeader.recordCount(source, at);
        long bound = unfoldedBytes + (long) count * RecordCursor.LARGEST_FRAME_BYTES;
        if (bound > 2L * MAX_UNFOLDED_BYTES) {
            return false;
        }
        if (count > unfoldedBytes) {
            throw new CorruptBatchException("batch at offset " + BatchHeader.baseOffset(source, at) + ": " + count
                    + " records in " + unfoldedBytes + " bytes");
        }
        reserveFramed((int) bound);
        int bytes = addRecords(source, at, codec.unfolded(), 0, unfoldedBytes, framed, 0, (int) bound);
        folding.add(sourceCodec, framed, 0, bytes, sourceBytes);
        mergedBytes += bytes;
        return true;
    }

    /** Records in the merged batch, so far or as finished. */
    public int recordCount() {
        return header.recordCount();
    }

    /** How many runs of source offsets were merged, until the next {@link #begin}; adjacent ones are joined, also across batches. */
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
     * Writes header and CRC; the batch begins at the target's position as it was at {@link #begin}.
     *
     * @return its size, or {@link #NO_ROOM} when its compressed form does not fit; then there is no batch
     */
    public int finish(long producerId, short producerEpoch, int baseSequence) {
        if (target == null || header.isEmpty()) {
            throw new IllegalStateException("no records were merged");
        }
        int storedBytes = header.codec() == BatchHeader.CODEC_NONE ? mergedBytes : folding.finish();
        int size = NO_ROOM;
        if (storedBytes != Folding.NO_ROOM) {
            size = BatchHeader.SIZE + storedBytes;
            header.write(target, start, size, header.codec(), producerId, producerEpoch, baseSequence, crc);
        }
        target = null;
        return size;
    }

    /**
     * Frames {@code bytes} of plain records of the batch at {@code (source, at)} behind the merged ones.
     *
     * @return their size, or {@link #NO_ROOM}
     */
    private int addRecords(
            ByteBuffer source,
            int at,
            ByteBuffer records,
            int recordsAt,
            int bytes,
            ByteBuffer to,
            int toAt,
            int limit) {
        int added = NO_ROOM;
        runs.mark();
        cursor.open(records, recordsAt, recordsAt + bytes);
        try {
            added = isTakenWhole(source, at)
                    ? takeWhole(source, at, records, recordsAt, bytes, to, toAt)
                    : frame(source, at, to, toAt, limit);
        } finally {
            cursor.close();
            if (added == NO_ROOM) {
                runs.reset();
            }
        }
        return added;
    }

    /** A first batch without holes already has the right deltas. */
    private boolean isTakenWhole(ByteBuffer source, int at) {
        return header.isEmpty() && BatchHeader.isDense(source, at) && !BatchHeader.hasDeleteHorizon(source, at);
    }

    private int takeWhole(
            ByteBuffer source, int at, ByteBuffer records, int recordsAt, int bytes, ByteBuffer to, int toAt) {
        to.put(toAt, records, recordsAt, bytes);
        runs.add(BatchHeader.baseOffset(source, at), BatchHeader.recordCount(source, at));
        added(source, at, BatchHeader.baseTimestamp(source, at));
        return bytes;
    }

    private int frame(ByteBuffer source, int at, ByteBuffer to, int toAt, int limit) {
        long baseTimestamp = header.isEmpty() ? firstTimestamp(source, at) : header.baseTimestamp();
        int end = frameEach(source, at, to, toAt, limit, BatchHeader.baseTimestamp(source, at) - baseTimestamp);
        if (end == NO_ROOM) {
            return NO_ROOM;
        }
        if (BatchHeader.isDense(source, at)) {
            runs.add(BatchHeader.baseOffset(source, at), BatchHeader.recordCount(source, at));
        }
        added(source, at, baseTimestamp);
        return end - toAt;
    }

    private void added(ByteBuffer source, int at, long baseTimestamp) {
        if (header.isEmpty()) {
            header.first(BatchHeader.codec(source, at), baseTimestamp);
        }
        header.add(BatchHeader.recordCount(source, at), BatchHeader.maxTimestamp(source, at));
    }

    /** A delete horizon is far from the records' times, so deltas to it would be long: the first record's time is the base. */
    private long firstTimestamp(ByteBuffer source, int at) {
        int recordsAt = cursor.position();
        cursor.next();
        long timestamp = BatchHeader.baseTimestamp(source, at) + cursor.timestampDelta();
        cursor.rewind(recordsAt);
        return timestamp;
    }

    private int frameEach(ByteBuffer source, int at, ByteBuffer to, int toAt, int limit, long timestampShift) {
        int count = BatchHeader.recordCount(source, at);
        boolean hasHoles = !BatchHeader.isDense(source, at);
        long baseOffset = BatchHeader.baseOffset(source, at);
        int next = toAt;
        int nextDelta = header.recordCount();
        int previousSourceDelta = -1;
        for (int i = 0; i < count; i++) {
            cursor.next();
            next = cursor.copyTo(to, next, limit, cursor.timestampDelta() + timestampShift, nextDelta + i);
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

    private void reserveFramed(int bytes) {
        if (framed.capacity() < bytes || framed.capacity() > Math.max(KEPT_FRAMED_BYTES, bytes)) {
            framed = ByteBuffer.allocate(Math.max(bytes, Math.min(2 * bytes, KEPT_FRAMED_BYTES)));
        }
    }
}
