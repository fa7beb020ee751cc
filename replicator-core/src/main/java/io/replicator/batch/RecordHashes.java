package io.replicator.batch;

import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;

/**
 * Recognizes records of the source on the target: a hash of key, value and headers of each record of a batch, of any format
 * and codec, and its time as a reader sees it. It decodes the batch; only recovery and takeover use it. One instance per
 * thread.
 */
public final class RecordHashes {
    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long FIRST_FACTOR = 0xBF58476D1CE4E5B9L;
    private static final long SECOND_FACTOR = 0x94D049BB133111EBL;
    private static final int ABSENT = -1;

    private final BufferSupplier buffers = BufferSupplier.create();

    /** Receives each record. */
    public interface Visitor {
        /**
         * @param contentHash of key, value and headers
         * @return false to stop
         */
        boolean visit(long offset, long timestamp, long contentHash);
    }

    /**
     * Visits a batch's records in order.
     *
     * @throws CorruptBatchException if its CRC is wrong or the records do not parse
     */
    public void visit(ByteBuffer source, int at, Visitor visitor) {
        ByteBuffer bytes = source.slice(at, BatchHeader.sizeInBytes(source, at));
        try {
            RecordBatch batch =
                    MemoryRecords.readableRecords(bytes).batches().iterator().next();
            batch.ensureValid();
            try (CloseableIterator<Record> each = batch.streamingIterator(buffers)) {
                boolean goesOn = true;
                while (goesOn && each.hasNext()) {
                    Record record = each.next();
                    goesOn = visitor.visit(record.offset(), record.timestamp(), contentHash(record));
                }
            }
        } catch (CorruptBatchException corrupt) {
            throw corrupt;
        } catch (RuntimeException e) {
            // Kafka's readers throw many different exceptions for this.
            throw new CorruptBatchException(
                    "batch at offset " + BatchHeader.baseOffset(source, at) + ": " + e.getMessage(), e);
        }
    }

    /** One number for a record's time and content. */
    public static long withTimestamp(long contentHash, long timestamp) {
        return mixed(contentHash ^ mixed(timestamp + SEED));
    }

    private static long contentHash(Record record) {
        long hash = add(SEED, record.hasKey() ? record.key() : null);
        hash = add(hash, record.hasValue() ? record.value() : null);
        for (Header header : record.headers()) {
            hash = add(hash, ByteBuffer.wrap(header.key().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            hash = add(hash, header.value() == null ? null : ByteBuffer.wrap(header.value()));
        }
        return hash;
    }

    private static long add(long hash, ByteBuffer bytes) {
        if (bytes == null) {
            return mixed(hash + ABSENT);
        }
        int end = bytes.limit();
        int at = bytes.position();
        long next = mixed(hash + bytes.remaining());
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            next = mixed(next ^ bytes.getLong(at));
        }
        long rest = 0;
        for (; at < end; at++) {
            rest = (rest << Byte.SIZE) | (bytes.get(at) & 0xFF);
        }
        return mixed(next ^ rest);
    }

    /** The mixing function of SplitMix64 (Steele and Lea): each input bit changes half of the output bits. */
    private static long mixed(long value) {
        long next = (value ^ (value >>> 30)) * FIRST_FACTOR;
        next = (next ^ (next >>> 27)) * SECOND_FACTOR;
        return (next ^ (next >>> 31)) + SEED;
    }
}
