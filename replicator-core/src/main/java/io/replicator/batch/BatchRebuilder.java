package io.replicator.batch;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.CloseableIterator;

/**
 * The {@code rebuild} way: builds new batches from one of any format that cannot pass.
 *
 * <p>Records below the offset where copying starts are dropped, and holes are closed. LogAppendTime becomes CreateTime: every
 * record gets the time that a reader of the source sees, the batch's max timestamp. Keys, values, headers and all other
 * timestamps, including -1, keep every bit, because magic 2 records are moved undecoded and older ones have nothing else.
 * The codec is kept, at its default level.
 *
 * <p>The source's CRC is checked (magic 0 and 1: also every inner record's), because the new batches get new CRCs. They have no
 * identity, leader epoch or transaction; {@link BatchRewriter#rewrite} writes those.
 *
 * <p>One instance per thread, reused. It allocates its result and what Kafka's streams need.
 */
public final class BatchRebuilder {

    /** How large a batch may be uncompressed by default: far above any batch that a producer sends. */
    public static final int DEFAULT_MAX_UNFOLDED_BYTES = 256 * 1024 * 1024;

    /** Up to here, frames of the smallest records fit into a buffer whose size is an {@code int}. */
    private static final int UNFOLDED_BYTES_LIMIT = 512 * 1024 * 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int INITIAL_RECORDS = 256;
    private static final int INITIAL_BYTES = 16 * 1024;

    /** The largest buffer that is kept between batches; a larger one is freed. */
    private static final int KEPT_BYTES = 16 * 1024 * 1024;

    private final int maxUnfoldedBytes;
    private final BufferSupplier buffers = BufferSupplier.create();
    private final Crc32c crc = new Crc32c();
    private final Codec codecs = new Codec();
    private final RecordCursor cursor = new RecordCursor();
    private final HeaderDraft header = new HeaderDraft();

    // The source's records, uncompressed and framed as in magic 2, and where those to keep begin.
    private ByteBuffer records = NOTHING;
    private int recordsEnd;
    private int[] recordAt = new int[INITIAL_RECORDS];
    private int kept;
    private int codec;
    private long baseOffset;
    private long baseTimestamp;
    private boolean isLogAppendTime;
    private long logAppendTime;

    private ByteBuffer framed = ByteBuffer.allocate(INITIAL_BYTES);
    private ByteBuffer folded = ByteBuffer.allocate(INITIAL_BYTES);

    public BatchRebuilder() {
        this(DEFAULT_MAX_UNFOLDED_BYTES);
    }

    /** @param maxUnfoldedBytes how large the records of one batch may be uncompressed; 512 MiB at most */
    public BatchRebuilder(int maxUnfoldedBytes) {
        if (maxUnfoldedBytes < 1 || maxUnfoldedBytes > UNFOLDED_BYTES_LIMIT) {
            throw new IllegalArgumentException(
                    "max unfolded bytes " + maxUnfoldedBytes + " not in 1.." + UNFOLDED_BYTES_LIMIT);
        }
        this.maxUnfoldedBytes = maxUnfoldedBytes;
    }

    /**
     * A new batch.
     *
     * @param bytes memory of its own, from position 0 to the limit
     * @param recordCount at least 1
     * @param sourceRuns the source offsets of its records
     */
    public record RebuiltBatch(ByteBuffer bytes, int recordCount, SourceRuns sourceRuns) {

        /** Every record's source offset, ascending. */
        public long[] sourceOffsets() {
            return sourceRuns.offsets();
        }
    }

    /**
     * Builds one or more batches from the one at {@code (source, at)}; none if no record is left.
     *
     * @param fromOffset records below are dropped
     * @param maxBytes bound of a built batch as stored; a single record above it has a batch to itself
     * @throws CorruptBatchException if a CRC is wrong or the records do not parse
     * @throws BatchTooLargeException if it is larger uncompressed than this rebuilder may hold
     * @throws IllegalArgumentException for a control batch, which must not be copied
     */
    public List<RebuiltBatch> rebuild(ByteBuffer source, int at, long fromOffset, int maxBytes) {
        kept = 0;
        List<RebuiltBatch> rebuilt = new ArrayList<>();
        try {
            if (BatchHeader.magic(source, at) < BatchHeader.MAGIC_V2) {
                readOld(source, at, fromOffset);
            } else {
                read(source, at, fromOffset);
            }
            if (kept > 0) {
                build(0, kept, maxBytes, rebuilt);
            }
        } finally {
            release();
        }
        return List.copyOf(rebuilt);
    }

    private void read(ByteBuffer source, int at, long fromOffset) {
        crc.verify(source, at);
        if (BatchHeader.isControl(source, at)) {
            throw new IllegalArgumentException(
                    "control batch at offset " + BatchHeader.baseOffset(source, at) + " holds no records to copy");
        }
        codec = BatchHeader.codec(source, at);
        baseOffset = BatchHeader.baseOffset(source, at);
        baseTimestamp = BatchHeader.baseTimestamp(source, at);
        isLogAppendTime = BatchHeader.isLogAppendTime(source, at);
        logAppendTime = BatchHeader.maxTimestamp(source, at);
        int count = BatchHeader.recordCount(source, at);
        if (count != 0) {
            int recordsAt = plainRecords(source, at);
            keepRecords(recordsAt, count, fromOffset);
        }
    }

    /** Sets {@link #records} to the buffer of the uncompressed records; returns where they begin. */
    private int plainRecords(ByteBuffer source, int at) {
        if (codec == BatchHeader.CODEC_NONE) {
            records = source;
            recordsEnd = at + BatchHeader.sizeInBytes(source, at);
            return at + BatchHeader.SIZE;
        }
        int bytes = codecs.unfold(source, at, maxUnfoldedBytes);
        if (bytes < 0) {
            throw tooLarge(baseOffset);
        }
        records = codecs.unfolded();
        recordsEnd = bytes;
        return 0;
    }

    private void keepRecords(int recordsAt, int count, long fromOffset) {
        cursor.open(records, recordsAt, recordsEnd);
        int previousDelta = -1;
        for (int i = 0; i < count; i++) {
            int position = cursor.position();
            cursor.next();
            if (cursor.offsetDelta() <= previousDelta) {
                throw new CorruptBatchException("batch at offset " + baseOffset + ": offset delta "
                        + cursor.offsetDelta() + " follows " + previousDelta);
            }
            previousDelta = cursor.offsetDelta();
            if (baseOffset + previousDelta >= fromOffset) {
                keep(position);
            }
        }
        if (!cursor.isAtEnd()) {
            throw new CorruptBatchException("batch at offset " + baseOffset + ": more than its " + count + " records");
        }
    }

    private void keep(int position) {
        if (kept == recordAt.length) {
            recordAt = Arrays.copyOf(recordAt, 2 * kept);
        }
        recordAt[kept++] = position;
    }

    /** Reads magic 0 or 1 with Kafka's classes and frames what is kept as magic 2 records, relative to time 0. */
    private void readOld(ByteBuffer source, int at, long fromOffset) {
        ByteBuffer bytes = source.slice(at, BatchHeader.sizeInBytes(source, at));
        ByteBufferOutputStream plain = new ByteBufferOutputStream(INITIAL_BYTES);
        baseTimestamp = 0;
        isLogAppendTime = false;
        try {
            RecordBatch batch =
                    MemoryRecords.readableRecords(bytes).batches().iterator().next();
            batch.ensureValid();
            codec = batch.compressionType().id;
            keepOldRecords(batch, fromOffset, plain);
        } catch (BatchTooLargeException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Kafka's readers of these formats throw many different exceptions for this.
            throw new CorruptBatchException(
                    "batch of an old format at offset " + BatchHeader.baseOffset(source, at) + ": " + e.getMessage(),
                    e);
        }
        records = plain.buffer();
        recordsEnd = plain.position();
    }

    private void keepOldRecords(RecordBatch batch, long fromOffset, ByteBufferOutputStream plain) throws IOException {
        DataOutputStream out = new DataOutputStream(plain);
        long previousOffset = -1;
        try (CloseableIterator<Record> each = batch.streamingIterator(buffers)) {
            while (each.hasNext()) {
                Record record = each.next();
                record.ensureValid();
                if (record.offset() <= previousOffset) {
                    throw new CorruptBatchException("offset " + record.offset() + " follows " + previousOffset);
                }
                previousOffset = record.offset();
                if (record.offset() < fromOffset) {
                    continue;
                }
                if (kept == 0) {
                    baseOffset = record.offset();
                }
                keep(plain.position());
                int delta = Math.toIntExact(record.offset() - baseOffset);
                DefaultRecord.writeTo(
                        out, delta, record.timestamp(), record.key(), record.value(), Record.EMPTY_HEADERS);
                if (plain.position() > maxUnfoldedBytes) {
                    throw tooLarge(record.offset());
                }
            }
        }
    }

    /** Builds one batch of the kept records from {@code first} to before {@code end}, or two of half of them, and so on. */
    private void build(int first, int end, int maxBytes, List<RebuiltBatch> rebuilt) {
        SourceRuns runs = new SourceRuns();
        int framedBytes = frame(first, end, runs);
        boolean isSingle = end - first == 1;
        ByteBuffer stored = framed;
        int size = BatchHeader.SIZE + framedBytes;
        if (codec != BatchHeader.CODEC_NONE) {
            stored = fold(framedBytes);
            size = stored.position();
        }
        if (size > maxBytes && !isSingle) {
            int middle = (first + end) >>> 1;
            build(first, middle, maxBytes, rebuilt);
            build(middle, end, maxBytes, rebuilt);
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        bytes.put(0, stored, 0, size);
        header.write(
                bytes,
                0,
                size,
                codec,
                HeaderDraft.NO_PRODUCER_ID,
                HeaderDraft.NO_PRODUCER_EPOCH,
                HeaderDraft.NO_SEQUENCE,
                crc);
        rebuilt.add(new RebuiltBatch(bytes, end - first, runs));
    }

    /** Frames records behind the room for a header; returns their bytes. */
    private int frame(int first, int end, SourceRuns runs) {
        int spanEnd = end == kept ? recordsEnd : recordAt[end];
        int bound = BatchHeader.SIZE + spanEnd - recordAt[first] + (end - first) * RecordCursor.LARGEST_FRAME_BYTES;
        if (framed.capacity() < bound) {
            framed = ByteBuffer.allocate(bound);
        }
        header.begin();
        int next = BatchHeader.SIZE;
        for (int i = first; i < end; i++) {
            cursor.open(records, recordAt[i], recordsEnd);
            cursor.next();
            long timestamp = isLogAppendTime ? logAppendTime : baseTimestamp + cursor.timestampDelta();
            if (i == first) {
                header.first(codec, timestamp);
            }
            next = cursor.copyTo(framed, next, bound, timestamp - header.baseTimestamp(), i - first);
            header.add(1, timestamp);
            runs.add(baseOffset + cursor.offsetDelta(), 1);
        }
        return next - BatchHeader.SIZE;
    }

    /** Compresses the framed records behind the room for a header; the result's position is the batch's end. */
    private ByteBuffer fold(int framedBytes) {
        ByteBufferOutputStream out = new ByteBufferOutputStream(folded.clear());
        out.position(BatchHeader.SIZE);
        codecs.fold(codec, framed, BatchHeader.SIZE, framedBytes, out);
        folded = out.buffer();
        return folded;
    }

    private void release() {
        cursor.close();
        records = NOTHING;
        if (framed.capacity() > KEPT_BYTES) {
            framed = ByteBuffer.allocate(INITIAL_BYTES);
        }
        if (folded.capacity() > KEPT_BYTES) {
            folded = ByteBuffer.allocate(INITIAL_BYTES);
        }
    }

    private BatchTooLargeException tooLarge(long offset) {
        return new BatchTooLargeException(
                "batch at offset " + offset + ": unfolds to more than " + maxUnfoldedBytes + " bytes");
    }
}
