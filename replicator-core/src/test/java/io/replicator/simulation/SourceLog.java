package io.replicator.simulation;

import io.replicator.simulation.SimulatedPartition.Stored;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** What applications write to one source partition, and which of it a reader of the source sees. */
final class SourceLog {
    private static final long NOW = 1_790_000_000_000L;
    private static final long FIRST_TRANSACTIONAL_PRODUCER = 100;
    private static final int TRANSACTIONAL_PRODUCERS = 3;

    final SimulatedPartition partition;
    private final boolean readCommitted;
    private final SplittableRandom random;

    /** The largest value of a record, and the most records of a batch. */
    private final int mostBytes;

    private final int mostRecords;

    /** Which transaction each batch of the log belongs to, {@code null} for none. */
    private final List<Transaction> transactions = new ArrayList<>();

    private final Map<Long, Transaction> open = new HashMap<>();
    private final Map<Long, Integer> sequences = new HashMap<>();
    private final List<SeenRecord> visible = new ArrayList<>();
    private int looked;
    private long written;

    private static final class Transaction {
        boolean aborted;
    }

    SourceLog(SimulatedPartition partition, boolean readCommitted, SplittableRandom random) {
        this.partition = partition;
        this.readCommitted = readCommitted;
        this.random = random;
        this.mostBytes = List.of(20, 200, 3_000).get(random.nextInt(3));
        this.mostRecords = List.of(1, 5, 40).get(random.nextInt(3));
    }

    /** One application does something. */
    void step() {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> writeInTransaction();
            case 3, 4 -> endTransaction();
            case 5 -> writeEmptyBatch();
            default -> write(RecordBatch.NO_PRODUCER_ID, mostBytes);
        }
        partition.highWatermark = random.nextBoolean() ? partition.end : partition.highWatermark;
    }

    /** A batch of one record that is at least so large. */
    long writeLarge(int bytes) {
        SimpleRecord large =
                new SimpleRecord(NOW, "large".getBytes(java.nio.charset.StandardCharsets.UTF_8), noise(bytes));
        long offset = partition.end;
        append(build(List.of(large), CompressionType.NONE, RecordBatch.NO_PRODUCER_ID, false), null);
        return offset;
    }

    /** An application that has nothing to do with copying writes to a partition, of the target for example. */
    void writeForeign(SimulatedPartition other) {
        ByteBuffer bytes = build(List.of(record(mostBytes)), CompressionType.NONE, RecordBatch.NO_PRODUCER_ID, false);
        other.append(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
        other.highWatermark = other.end;
    }

    /** Applications are done: every transaction ends, everything is replicated. */
    void finish() {
        while (!open.isEmpty()) {
            end(open.keySet().iterator().next());
        }
        partition.highWatermark = partition.end;
    }

    private void writeInTransaction() {
        long producer = FIRST_TRANSACTIONAL_PRODUCER + random.nextInt(TRANSACTIONAL_PRODUCERS);
        open.computeIfAbsent(producer, id -> new Transaction());
        write(producer, mostBytes);
    }

    private void endTransaction() {
        long producer = FIRST_TRANSACTIONAL_PRODUCER + random.nextInt(TRANSACTIONAL_PRODUCERS);
        if (open.containsKey(producer)) {
            end(producer);
        }
    }

    private void end(long producer) {
        Transaction transaction = open.remove(producer);
        transaction.aborted = random.nextBoolean();
        ControlRecordType type = transaction.aborted ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
        MemoryRecords marker =
                MemoryRecords.withEndTransactionMarker(NOW, producer, (short) 0, new EndTransactionMarker(type, 0));
        transactions.add(null);
        partition.endTransaction(producer, !transaction.aborted, marker.buffer());
    }

    private void writeEmptyBatch() {
        ByteBuffer bytes = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
        DefaultRecordBatch.writeEmptyHeader(
                bytes,
                RecordBatch.MAGIC_VALUE_V2,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                0,
                random.nextInt(4),
                0,
                TimestampType.CREATE_TIME,
                NOW,
                false,
                false);
        append(bytes.flip(), null);
    }

    private void write(long producer, int largest) {
        int count = 1 + random.nextInt(mostRecords);
        List<SimpleRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(record(largest));
        }
        CompressionType codec = random.nextInt(3) > 0
                ? CompressionType.NONE
                : List.of(CompressionType.LZ4, CompressionType.SNAPPY, CompressionType.ZSTD, CompressionType.GZIP)
                        .get(random.nextInt(4));
        boolean hasHoles = random.nextInt(8) == 0;
        append(build(records, codec, producer, hasHoles), open.get(producer));
    }

    private SimpleRecord record(int largest) {
        byte[] key = random.nextInt(4) == 0
                ? null
                : (partition + "#" + written).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        byte[] value = random.nextInt(10) == 0 ? null : noise(random.nextInt(largest));
        Header[] headers = random.nextInt(5) > 0
                ? new Header[0]
                : new Header[] {new RecordHeader("h" + written, random.nextBoolean() ? null : noise(5))};
        written++;
        return new SimpleRecord(NOW + random.nextInt(100_000), key, value, headers);
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        for (int i = 0; i < bytes; i += 1 + i / 16) {
            noise[i] = (byte) random.nextInt();
        }
        return noise;
    }

    private ByteBuffer build(List<SimpleRecord> records, CompressionType codec, long producer, boolean hasHoles) {
        boolean isTransactional = producer != RecordBatch.NO_PRODUCER_ID;
        boolean isAppendTime = random.nextInt(20) == 0;
        int sequence = isTransactional ? sequences.merge(producer, records.size(), Integer::sum) : -1;
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                new ByteBufferOutputStream(512),
                RecordBatch.MAGIC_VALUE_V2,
                Compression.of(codec).build(),
                isAppendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                0,
                isAppendTime ? NOW + random.nextInt(1_000) : RecordBatch.NO_TIMESTAMP,
                producer,
                isTransactional ? (short) 0 : RecordBatch.NO_PRODUCER_EPOCH,
                sequence,
                isTransactional,
                false,
                0,
                Integer.MAX_VALUE);
        int offset = hasHoles ? random.nextInt(3) : 0;
        for (SimpleRecord record : records) {
            builder.appendWithOffset(offset, record);
            offset += 1 + (hasHoles ? random.nextInt(3) : 0);
        }
        if (hasHoles) {
            builder.overrideLastOffset(offset + random.nextInt(3));
        }
        return builder.build().buffer();
    }

    private void append(ByteBuffer bytes, Transaction transaction) {
        ByteBuffer own = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        transactions.add(transaction);
        partition.append(own);
    }

    /** Up to where a reader gets. */
    long readableEnd() {
        return readCommitted ? partition.lastStableOffset() : partition.highWatermark;
    }

    /** What a reader of the source sees, in order. */
    List<SeenRecord> visible() {
        long upTo = readableEnd();
        while (looked < partition.log.size() && partition.log.get(looked).baseOffset() < upTo) {
            Stored stored = partition.log.get(looked);
            Transaction transaction = transactions.get(looked);
            if (transaction == null || !transaction.aborted || !readCommitted) {
                SeenRecord.read(stored.bytes(), visible);
            }
            looked++;
        }
        return visible;
    }
}
