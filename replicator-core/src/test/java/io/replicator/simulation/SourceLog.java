package io.replicator.simulation;

import io.replicator.simulation.SimulatedPartition.Stored;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** What applications write to one source partition, and which of it a reader of the source sees. */
final class SourceLog {
    /** When applications begin to write, milliseconds since 1970. */
    static final long NOW = 1_790_000_000_000L;

    static final long NOW_NANOS = TimeUnit.MILLISECONDS.toNanos(NOW);

    private static final long FIRST_TRANSACTIONAL_PRODUCER = 100;
    private static final long FOREIGN_PRODUCER = 900;
    private static final int TRANSACTIONAL_PRODUCERS = 3;

    /** Batches at the end that stand for the active segment, which is never cleaned. */
    private static final int ACTIVE_BATCHES = 2;

    private static final int KEYS_OF_COMPACTED = 12;

    final SimulatedPartition partition;
    private final boolean readCommitted;
    private final SplittableRandom random;

    /** The largest value of a record, and the most records of a batch. */
    private final int mostBytes;

    private final int mostRecords;

    /** Which transaction a batch of the log belongs to, by its base offset. */
    private final Map<Long, Transaction> transactions = new HashMap<>();

    private final Map<Long, Transaction> open = new HashMap<>();
    private final Map<Long, Integer> sequences = new HashMap<>();
    private final List<SeenRecord> visible = new ArrayList<>();

    /** Which of the visible records retention or compaction has removed since, by index. */
    private final BitSet gone = new BitSet();

    /** The offset up to which the log was looked at for visible records. */
    private long lookedTo;

    private long written;

    /** Keys are few, and each record differs from all others in its timestamp. */
    private boolean compacted;

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

    /** The same with a producer id that is not ours, and a record that looks like one of ours. */
    void writeForeignIdempotent(SimulatedPartition other, SeenRecord like) {
        SimpleRecord record = like == null
                ? record(mostBytes)
                : new SimpleRecord(
                        like.timestamp(),
                        bytesOf(like.key()),
                        bytesOf(like.value()),
                        like.headers().toArray(new Header[0]));
        MemoryRecords records = MemoryRecords.withIdempotentRecords(
                Compression.NONE, FOREIGN_PRODUCER, (short) random.nextInt(2), random.nextInt(1_000), record);
        ByteBuffer bytes = records.buffer();
        other.append(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
        other.highWatermark = other.end;
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
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
        partition.append(marker.buffer());
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
        if (compacted) {
            byte[] key = ("k" + random.nextInt(KEYS_OF_COMPACTED)).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            return new SimpleRecord(
                    NOW + written++, key, random.nextInt(10) == 0 ? null : noise(random.nextInt(largest)));
        }
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
        boolean isAppendTime = random.nextInt(20) == 0 && !compacted;
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
        long offset = partition.append(own);
        if (transaction != null) {
            transactions.put(offset, transaction);
        }
    }

    /** Up to where a reader gets. */
    long readableEnd() {
        return readCommitted ? partition.lastStableOffset() : partition.highWatermark;
    }

    /** What a reader of the source sees or would have seen, in order. */
    List<SeenRecord> visible() {
        long upTo = readableEnd();
        if (lookedTo < upTo) {
            for (int i = partition.indexOf(lookedTo); i < partition.log.size(); i++) {
                Stored stored = partition.log.get(i);
                if (stored.baseOffset() >= upTo) {
                    break;
                }
                if (!isAborted(stored) || !readCommitted) {
                    SeenRecord.read(stored.bytes(), visible);
                }
                lookedTo = stored.lastOffset() + 1;
            }
        }
        return visible;
    }

    private boolean isAborted(Stored stored) {
        Transaction transaction = transactions.get(stored.baseOffset());
        return transaction != null && transaction.aborted;
    }

    /** Whether retention or compaction has removed a visible record. */
    boolean isGone(int index) {
        return gone.get(index);
    }

    /** The index of the first visible record from one on that is still there. */
    int nextThere(int index) {
        return gone.nextClearBit(index);
    }

    /** From now on the topic is one that is compacted: every record has a key, and keys come again. */
    void compacts() {
        compacted = true;
    }

    boolean isCompacted() {
        return compacted;
    }

    /** Retention, or an administrator, deletes what is below an offset. */
    void deleteBelow(long offset) {
        partition.deleteBelow(offset);
        List<SeenRecord> records = visible();
        for (int i = 0; i < records.size() && records.get(i).offset() < offset; i++) {
            gone.set(i);
        }
    }

    /** The log cleaner's pass over all but the end of the log: of each key the last record stays. */
    void compact() {
        List<SeenRecord> records = visible();
        int most = partition.log.size() - ACTIVE_BATCHES;
        long upTo =
                most <= 0 ? 0 : Math.min(readableEnd(), partition.log.get(most).baseOffset());
        Map<ByteBuffer, Long> last = new HashMap<>();
        for (int i = 0; i < most && partition.log.get(i).lastOffset() < upTo; i++) {
            if (!isAborted(partition.log.get(i))) {
                lastOfKeys(partition.log.get(i), last);
            }
        }
        Set<Long> kept = new HashSet<>(last.values());
        for (int i = 0;
                i < most && i < partition.log.size() && partition.log.get(i).lastOffset() < upTo;
                i++) {
            Stored clean = clean(partition.log.get(i), kept);
            if (clean == null) {
                partition.log.remove(i--);
                most--;
            } else {
                partition.log.set(i, clean);
            }
        }
        for (int i = 0; i < records.size() && records.get(i).offset() < upTo; i++) {
            if (!kept.contains(records.get(i).offset())) {
                gone.set(i);
            }
        }
    }

    private static void lastOfKeys(Stored stored, Map<ByteBuffer, Long> last) {
        List<SeenRecord> records = new ArrayList<>();
        SeenRecord.read(stored.bytes(), records);
        records.stream()
                .filter(record -> record.key() != null)
                .forEach(record -> last.put(record.key(), record.offset()));
    }

    /** What is left of a batch; {@code null} for nothing. */
    private Stored clean(Stored stored, Set<Long> kept) {
        boolean keepsEmpty = random.nextBoolean();
        ByteBuffer cleaned = ByteBuffer.allocate(stored.bytes().remaining() + 512);
        MemoryRecords.FilterResult result = MemoryRecords.readableRecords(stored.bytes())
                .filterTo(
                        new MemoryRecords.RecordFilter(NOW, 86_400_000) {
                            @Override
                            protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
                                return new BatchRetentionResult(
                                        keepsEmpty && batch.hasProducerId()
                                                ? BatchRetention.RETAIN_EMPTY
                                                : BatchRetention.DELETE_EMPTY,
                                        false);
                            }

                            @Override
                            protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
                                return batch.isControlBatch() || kept.contains(record.offset());
                            }
                        },
                        cleaned,
                        BufferSupplier.NO_CACHING);
        ByteBuffer bytes = result.outputBuffer().flip();
        if (!bytes.hasRemaining()) {
            return null;
        }
        ByteBuffer own = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        return new Stored(own, stored.baseOffset(), stored.lastOffset(), stored.leaderEpoch());
    }

    /** A new leader lacks the last plain batches, which no reader has seen. */
    void loseUnreplicated() {
        long from = partition.end;
        for (int i = partition.log.size() - 1; i >= 0; i--) {
            Stored stored = partition.log.get(i);
            boolean isPlain = !MemoryRecords.readableRecords(stored.bytes())
                    .batches()
                    .iterator()
                    .next()
                    .hasProducerId();
            if (!isPlain || stored.baseOffset() < partition.highWatermark) {
                break;
            }
            from = stored.baseOffset();
        }
        if (from < partition.end) {
            partition.truncate(from);
        }
    }
}
