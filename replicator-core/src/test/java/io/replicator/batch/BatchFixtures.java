package io.replicator.batch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Batches as Kafka itself writes and reads them, laid into bigger buffers as they come from a socket. */
final class BatchFixtures {

    static final long NOW = 1_790_000_000_000L;
    private static final long NO_HORIZON = RecordBatch.NO_TIMESTAMP;

    private BatchFixtures() {}

    /** A batch in its buffer. */
    record Placed(ByteBuffer buffer, int at, int size) {
        MutableRecordBatch kafka() {
            return kafkaBatch(buffer, at, size);
        }
    }

    /** A record as a reader sees it; equal when no reader can tell them apart. */
    record Seen(long offset, long timestamp, ByteBuffer key, ByteBuffer value, List<Header> headers) {
        Seen at(long otherOffset) {
            return new Seen(otherOffset, timestamp, key, value, headers);
        }
    }

    /** What a batch is to be. */
    static final class Recipe {
        byte magic = RecordBatch.MAGIC_VALUE_V2;
        CompressionType codec = CompressionType.NONE;
        TimestampType timestampType = TimestampType.CREATE_TIME;
        long baseOffset;
        long logAppendTime = RecordBatch.NO_TIMESTAMP;
        long deleteHorizon = NO_HORIZON;
        boolean transactional;
        boolean direct;

        /** Offset deltas of the records, ascending; {@code lastDelta} may lie above the last. */
        int[] deltas = {0};

        int lastDelta;
        SimpleRecord[] records = {};

        Recipe codec(CompressionType value) {
            codec = value;
            return this;
        }

        Recipe baseOffset(long value) {
            baseOffset = value;
            return this;
        }

        Recipe records(SimpleRecord... value) {
            records = value;
            deltas = new int[value.length];
            for (int i = 0; i < value.length; i++) {
                deltas[i] = i;
            }
            lastDelta = value.length - 1;
            return this;
        }

        Recipe holes(Random random) {
            int delta = random.nextInt(3);
            for (int i = 0; i < deltas.length; i++) {
                deltas[i] = delta;
                delta += 1 + (random.nextBoolean() ? 0 : random.nextInt(200));
            }
            lastDelta = deltas[deltas.length - 1] + random.nextInt(4);
            return this;
        }

        ByteBuffer build() {
            ByteBufferOutputStream out = new ByteBufferOutputStream(1024);
            MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                    out,
                    magic,
                    Compression.of(codec).build(),
                    timestampType,
                    baseOffset,
                    logAppendTime,
                    transactional ? 77L : RecordBatch.NO_PRODUCER_ID,
                    transactional ? (short) 3 : RecordBatch.NO_PRODUCER_EPOCH,
                    transactional ? 1000 : RecordBatch.NO_SEQUENCE,
                    transactional,
                    false,
                    42,
                    Integer.MAX_VALUE,
                    deleteHorizon);
            for (int i = 0; i < records.length; i++) {
                builder.appendWithOffset(baseOffset + deltas[i], records[i]);
            }
            if (magic >= RecordBatch.MAGIC_VALUE_V2) {
                builder.overrideLastOffset(baseOffset + lastDelta);
            }
            return builder.build().buffer();
        }

        Placed place(Random random) {
            return BatchFixtures.place(random, build(), direct);
        }
    }

    static Placed place(Random random, ByteBuffer batch, boolean direct) {
        int size = batch.remaining();
        int at = random.nextInt(100);
        int capacity = at + size + random.nextInt(100);
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(capacity) : offsetSlice(capacity, random.nextInt(20));
        for (int i = 0; i < capacity; i++) {
            buffer.put(i, (byte) random.nextInt());
        }
        buffer.put(at, batch, batch.position(), size);
        return new Placed(buffer, at, size);
    }

    private static ByteBuffer offsetSlice(int capacity, int offset) {
        return ByteBuffer.allocate(capacity + offset).slice(offset, capacity);
    }

    static MutableRecordBatch kafkaBatch(ByteBuffer buffer, int at, int size) {
        MemoryRecords records = MemoryRecords.readableRecords(buffer.slice(at, size));
        List<MutableRecordBatch> batches = new ArrayList<>();
        records.batches().forEach(batches::add);
        if (batches.size() != 1 || records.validBytes() != size) {
            throw new AssertionError("expected exactly one batch, found " + batches.size());
        }
        return batches.get(0);
    }

    static List<Seen> seen(RecordBatch batch) {
        List<Seen> seen = new ArrayList<>();
        for (Record record : batch) {
            record.ensureValid();
            seen.add(new Seen(
                    record.offset(), record.timestamp(), record.key(), record.value(), List.of(record.headers())));
        }
        return seen;
    }

    /** The same records where the target has them: one after the other from offset 0. */
    static List<Seen> renumbered(List<Seen> source) {
        List<Seen> renumbered = new ArrayList<>();
        for (Seen record : source) {
            renumbered.add(record.at(renumbered.size()));
        }
        return renumbered;
    }

    static SimpleRecord[] records(Random random, int count, int largestValueBytes) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = record(random, largestValueBytes, true);
        }
        return records;
    }

    static SimpleRecord[] plainRecords(Random random, int count, int largestValueBytes) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = record(random, largestValueBytes, false);
        }
        return records;
    }

    private static SimpleRecord record(Random random, int largestValueBytes, boolean withHeaders) {
        return new SimpleRecord(
                timestamp(random),
                random.nextInt(4) == 0 ? null : text(random, random.nextInt(30)),
                random.nextInt(8) == 0 ? null : text(random, random.nextInt(largestValueBytes + 1)),
                withHeaders ? headers(random) : new Header[0]);
    }

    private static long timestamp(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> RecordBatch.NO_TIMESTAMP;
            case 1 -> random.nextLong() & Long.MAX_VALUE;
            default -> NOW + random.nextInt(100_000) - 50_000;
        };
    }

    private static Header[] headers(Random random) {
        Header[] headers = new Header[random.nextInt(3) == 0 ? random.nextInt(4) : 0];
        for (int i = 0; i < headers.length; i++) {
            byte[] value = random.nextInt(4) == 0 ? null : text(random, random.nextInt(12));
            headers[i] = new RecordHeader("h\u00e9ader-" + random.nextInt(3), value);
        }
        return headers;
    }

    /** Half repetitive, half random: compressible, but not to nothing. */
    private static byte[] text(Random random, int bytes) {
        byte[] text = new byte[bytes];
        random.nextBytes(text);
        byte[] words = "the record batch is the unit ".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes; i++) {
            if (i % 64 < 40) {
                text[i] = words[i % words.length];
            }
        }
        return text;
    }

    static CompressionType codec(Random random) {
        CompressionType[] codecs = {
            CompressionType.NONE,
            CompressionType.NONE,
            CompressionType.GZIP,
            CompressionType.SNAPPY,
            CompressionType.LZ4,
            CompressionType.ZSTD
        };
        return codecs[random.nextInt(codecs.length)];
    }

    static byte[] bytes(ByteBuffer buffer, int at, int size) {
        byte[] bytes = new byte[size];
        buffer.get(at, bytes);
        return bytes;
    }
}
