package io.replicator.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/** A partition's log as its leader keeps it: batches, producers' last sequences, transactions. */
final class SimulatedPartition {
    private static final int BASE_OFFSET_AT = 0;
    private static final int LEADER_EPOCH_AT = 12;
    private static final int REMEMBERED_BATCHES = 5;

    final String topic;
    final Uuid topicId;
    final int number;

    int leader;
    int leaderEpoch;

    /** What metadata says while it lags behind. */
    int announcedLeader;

    int announcedEpoch;
    long announceMillis;

    int maxBatchBytes = 1 << 20;
    final List<Stored> log = new ArrayList<>();
    long end;
    long highWatermark;

    private final Map<Long, Producer> producers = new HashMap<>();

    /** First offsets of transactions that have not ended, by producer id. */
    private final TreeMap<Long, Long> open = new TreeMap<>();

    private final List<Aborted> aborted = new ArrayList<>();

    /** A batch in the log. */
    record Stored(ByteBuffer bytes, long baseOffset, long lastOffset) {}

    /** A transaction that was aborted, with its marker's offset as the last. */
    record Aborted(long producerId, long firstOffset, long lastOffset) {}

    /** What became of a batch. */
    record Verdict(Errors error, long baseOffset) {
        static Verdict of(Errors error) {
            return new Verdict(error, -1);
        }
    }

    private record Appended(int firstSequence, int lastSequence, long baseOffset) {}

    private static final class Producer {
        short epoch;
        final ArrayDeque<Appended> last = new ArrayDeque<>();
    }

    SimulatedPartition(String topic, Uuid topicId, int number, int leader) {
        this.topic = topic;
        this.topicId = topicId;
        this.number = number;
        this.leader = leader;
        this.announcedLeader = leader;
    }

    void leads(int newLeader, long newAnnounceMillis) {
        leader = newLeader;
        leaderEpoch++;
        announceMillis = newAnnounceMillis;
    }

    void announce(long nowMillis) {
        if (nowMillis >= announceMillis) {
            announcedLeader = leader;
            announcedEpoch = leaderEpoch;
        }
    }

    long lastStableOffset() {
        long stable = highWatermark;
        for (long first : open.values()) {
            stable = Math.min(stable, first);
        }
        return stable;
    }

    /** A broker's checks on a batch from outside, in the broker's order. */
    Verdict produce(MemoryRecords records) {
        List<MutableRecordBatch> batches = new ArrayList<>();
        records.batches().forEach(batches::add);
        if (batches.size() != 1 || records.validBytes() != records.sizeInBytes()) {
            return Verdict.of(Errors.INVALID_RECORD);
        }
        MutableRecordBatch batch = batches.get(0);
        if (!batch.isValid()) {
            return Verdict.of(Errors.CORRUPT_MESSAGE);
        }
        if (batch.sizeInBytes() > maxBatchBytes) {
            return Verdict.of(Errors.MESSAGE_TOO_LARGE);
        }
        if (batch.baseOffset() != 0
                || batch.isControlBatch()
                || batch.isTransactional()
                || batch.lastOffset() + 1 != batch.countOrNull()
                || !holdsItsRecords(batch)) {
            return Verdict.of(Errors.INVALID_RECORD);
        }
        Verdict verdict = checkSequence(batch);
        if (verdict != null) {
            return verdict;
        }
        ByteBuffer bytes = ByteBuffer.allocate(batch.sizeInBytes());
        batch.writeTo(bytes);
        return new Verdict(Errors.NONE, append(bytes.flip()));
    }

    private static boolean holdsItsRecords(MutableRecordBatch batch) {
        try {
            long expected = 0;
            for (Record record : batch) {
                if (record.offset() != expected) {
                    return false;
                }
                expected++;
            }
            return expected == batch.countOrNull();
        } catch (CorruptRecordException corrupt) {
            return false;
        }
    }

    /** As Kafka's {@code ProducerStateManager} does it; {@code null} when the batch may be appended. */
    private Verdict checkSequence(MutableRecordBatch batch) {
        if (!batch.hasProducerId()) {
            return null;
        }
        Producer producer = producers.get(batch.producerId());
        if (producer == null) {
            return null;
        }
        if (batch.producerEpoch() < producer.epoch) {
            return Verdict.of(Errors.INVALID_PRODUCER_EPOCH);
        }
        if (batch.producerEpoch() > producer.epoch) {
            return batch.baseSequence() == 0 ? null : Verdict.of(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        }
        for (Appended appended : producer.last) {
            if (appended.firstSequence == batch.baseSequence() && appended.lastSequence == batch.lastSequence()) {
                return new Verdict(Errors.NONE, appended.baseOffset);
            }
        }
        int expected = DefaultRecordBatch.incrementSequence(producer.last.peekLast().lastSequence, 1);
        return batch.baseSequence() == expected ? null : Verdict.of(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    /** Appends a whole batch as it is, but for its place. */
    long append(ByteBuffer bytes) {
        bytes.putLong(BASE_OFFSET_AT, end);
        bytes.putInt(LEADER_EPOCH_AT, leaderEpoch);
        MutableRecordBatch batch =
                MemoryRecords.readableRecords(bytes).batches().iterator().next();
        long baseOffset = end;
        log.add(new Stored(bytes, baseOffset, batch.lastOffset()));
        end = batch.lastOffset() + 1;
        if (batch.isTransactional() && !batch.isControlBatch()) {
            open.putIfAbsent(batch.producerId(), baseOffset);
        } else if (batch.hasProducerId() && !batch.isControlBatch()) {
            remember(batch, baseOffset);
        }
        return baseOffset;
    }

    private void remember(MutableRecordBatch batch, long baseOffset) {
        Producer producer = producers.computeIfAbsent(batch.producerId(), id -> new Producer());
        if (producer.epoch != batch.producerEpoch()) {
            producer.epoch = batch.producerEpoch();
            producer.last.clear();
        }
        producer.last.add(new Appended(batch.baseSequence(), batch.lastSequence(), baseOffset));
        if (producer.last.size() > REMEMBERED_BATCHES) {
            producer.last.poll();
        }
    }

    boolean hasOpenTransaction(long producerId) {
        return open.containsKey(producerId);
    }

    /** The marker of a transaction's end. */
    void endTransaction(long producerId, boolean commits, ByteBuffer marker) {
        long first = open.remove(producerId);
        long markerOffset = append(marker);
        if (!commits) {
            aborted.add(new Aborted(producerId, first, markerOffset));
        }
    }

    /** Aborted transactions that touch a range of offsets. */
    List<Aborted> abortedWithin(long fromOffset, long toOffset) {
        List<Aborted> found = new ArrayList<>();
        for (Aborted transaction : aborted) {
            if (transaction.lastOffset >= fromOffset && transaction.firstOffset < toOffset) {
                found.add(transaction);
            }
        }
        return found;
    }

    /** The index in the log of the batch that holds an offset, or of the first one after it. */
    int indexOf(long offset) {
        int low = 0;
        int high = log.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (log.get(middle).lastOffset < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public String toString() {
        return topic + "-" + number;
    }
}
