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
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/**
 * A partition's log as its leader keeps it: batches, producers' last sequences and epochs, transactions. What lies above
 * the high watermark is on no other broker yet and may vanish with the leader.
 */
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

    /** The log start offset, which may lie within a batch. */
    long start;

    long end;
    long highWatermark;

    /** Whether the cluster replicates what is written; otherwise whoever writes does. */
    boolean replicatesItself;

    /** When a producer wrote last, or tried to. */
    long appendedMillis;

    /** Whether it does not know that it did. */
    boolean isUnheard;

    /** Nothing more is replicated until then. */
    long replicatesMillis;

    /** What a new leader does to the log. */
    Runnable onNewLeader = () -> {};

    /** Counts what cut the log at its upper end. */
    private int truncations;

    /** A broker that is broken on purpose: epochs of markers mean nothing to it. */
    boolean ignoresMarkerEpochs;

    /** A broker that is broken on purpose: it takes any sequence. */
    boolean ignoresSequences;

    private final Map<Long, Producer> producers = new HashMap<>();

    /** Up to where the log tells nothing of a producer any more, for its state has expired. */
    private final Map<Long, Long> expired = new HashMap<>();

    /** First offsets of transactions that have not ended, by producer id. */
    private final TreeMap<Long, Long> open = new TreeMap<>();

    private final List<Aborted> aborted = new ArrayList<>();

    /** A batch in the log. */
    record Stored(ByteBuffer bytes, long baseOffset, long lastOffset, int leaderEpoch) {}

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
        short epoch = -1;
        int coordinatorEpoch = -1;
        final ArrayDeque<Appended> last = new ArrayDeque<>();
    }

    SimulatedPartition(String topic, Uuid topicId, int number, int leader) {
        this.topic = topic;
        this.topicId = topicId;
        this.number = number;
        this.leader = leader;
        this.announcedLeader = leader;
    }

    /** What is written becomes what is safe, unless replication rests. */
    void replicate(long nowMillis) {
        if (nowMillis >= replicatesMillis) {
            highWatermark = end;
        }
    }

    int truncations() {
        return truncations;
    }

    /** All from an offset on vanishes, as a new leader never had it; below the high watermark nothing does. */
    void truncate(long offset) {
        truncations++;
        while (!log.isEmpty() && log.get(log.size() - 1).baseOffset() >= offset) {
            log.remove(log.size() - 1);
        }
        end = offset;
        producers.clear();
        open.clear();
        aborted.clear();
        log.forEach(this::learn);
    }

    /** Deletes what is below an offset, as retention and DeleteRecords do. */
    void deleteBelow(long offset) {
        start = Math.max(start, offset);
        while (!log.isEmpty() && log.get(0).lastOffset() < start) {
            log.remove(0);
        }
    }

    /** The broker forgets a producer that has not written for long. */
    void expire(long producerId) {
        if (producers.remove(producerId) != null) {
            expired.put(producerId, end);
        }
    }

    /** The same for all whose last batch is not a marker, which is as young as the log. */
    void expireOld() {
        producers.entrySet().stream()
                .filter(each -> !each.getValue().last.isEmpty() && !open.containsKey(each.getKey()))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(this::expire);
    }

    List<Long> producerIds() {
        return new ArrayList<>(producers.keySet());
    }

    /** Where the records of a leader epoch, or of the last one before it, end; as brokers answer it (KIP-320). */
    EpochEnd endOf(int askedEpoch) {
        if (askedEpoch > leaderEpoch) {
            return EpochEnd.UNKNOWN;
        }
        int found = askedEpoch;
        for (Stored stored : log) {
            if (stored.leaderEpoch() > askedEpoch) {
                return new EpochEnd(found, stored.baseOffset());
            }
            found = stored.leaderEpoch();
        }
        return new EpochEnd(askedEpoch == leaderEpoch ? askedEpoch : found, end);
    }

    /** The end of a leader epoch. */
    record EpochEnd(int leaderEpoch, long endOffset) {
        static final EpochEnd UNKNOWN = new EpochEnd(-1, -1);
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
                || batch.lastOffset() + 1 != batch.countOrNull()
                || !holdsItsRecords(batch)) {
            return Verdict.of(Errors.INVALID_RECORD);
        }
        Verdict verdict = checkSequence(batch);
        if (verdict != null) {
            return verdict;
        }
        if (!batch.isTransactional() && open.containsKey(batch.producerId())) {
            return Verdict.of(Errors.INVALID_TXN_STATE);
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
        if (producer == null || ignoresSequences) {
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
        int expected = producer.last.isEmpty()
                ? 0
                : DefaultRecordBatch.incrementSequence(producer.last.peekLast().lastSequence, 1);
        return batch.baseSequence() == expected ? null : Verdict.of(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    /** Appends a whole batch as it is, but for its place. */
    long append(ByteBuffer bytes) {
        bytes.putLong(BASE_OFFSET_AT, end);
        bytes.putInt(LEADER_EPOCH_AT, leaderEpoch);
        MutableRecordBatch batch =
                MemoryRecords.readableRecords(bytes).batches().iterator().next();
        Stored stored = new Stored(bytes, end, batch.lastOffset(), leaderEpoch);
        log.add(stored);
        end = batch.lastOffset() + 1;
        learn(stored, batch);
        return stored.baseOffset();
    }

    private void learn(Stored stored) {
        learn(
                stored,
                MemoryRecords.readableRecords(stored.bytes())
                        .batches()
                        .iterator()
                        .next());
    }

    /** What a batch in the log tells of its producer. */
    private void learn(Stored stored, MutableRecordBatch batch) {
        if (!batch.hasProducerId() || stored.baseOffset() < expired.getOrDefault(batch.producerId(), 0L)) {
            return;
        }
        if (batch.isControlBatch()) {
            learnEnd(stored, batch);
        } else {
            remember(batch, stored.baseOffset());
            if (batch.isTransactional()) {
                open.putIfAbsent(batch.producerId(), stored.baseOffset());
            }
        }
    }

    private void learnEnd(Stored stored, MutableRecordBatch batch) {
        Record record = batch.iterator().next();
        EndTransactionMarker marker = EndTransactionMarker.deserialize(record);
        if (!ignoresMarkerEpochs) {
            Producer producer = producerAt(batch);
            producer.coordinatorEpoch = marker.coordinatorEpoch();
        }
        Long first = open.remove(batch.producerId());
        if (first != null && marker.controlType() == ControlRecordType.ABORT) {
            aborted.add(new Aborted(batch.producerId(), first, stored.lastOffset()));
        }
    }

    /** The producer's state under the epoch of a batch. */
    private Producer producerAt(MutableRecordBatch batch) {
        Producer producer = producers.computeIfAbsent(batch.producerId(), id -> new Producer());
        if (producer.epoch != batch.producerEpoch()) {
            producer.epoch = batch.producerEpoch();
            producer.last.clear();
        }
        return producer;
    }

    private void remember(MutableRecordBatch batch, long baseOffset) {
        Producer producer = producerAt(batch);
        producer.last.add(new Appended(batch.baseSequence(), batch.lastSequence(), baseOffset));
        if (producer.last.size() > REMEMBERED_BATCHES) {
            producer.last.poll();
        }
    }

    /** A transaction coordinator's marker, checked as a broker does: a late one of an older epoch is refused. */
    Errors mark(long producerId, short epoch, boolean commits, int coordinatorEpoch, long nowMillis) {
        Producer producer = producers.get(producerId);
        if (producer != null && epoch < producer.epoch) {
            return Errors.INVALID_PRODUCER_EPOCH;
        }
        if (producer != null && coordinatorEpoch < producer.coordinatorEpoch) {
            return Errors.TRANSACTION_COORDINATOR_FENCED;
        }
        ControlRecordType type = commits ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        append(MemoryRecords.withEndTransactionMarker(
                        nowMillis, producerId, epoch, new EndTransactionMarker(type, coordinatorEpoch))
                .buffer());
        return Errors.NONE;
    }

    /** Whether what a producer wrote in a transaction at an offset was aborted, as far as markers tell. */
    boolean isAborted(long producerId, long offset) {
        return aborted.stream()
                .anyMatch(each ->
                        each.producerId == producerId && each.firstOffset <= offset && offset < each.lastOffset);
    }

    /** Whether a batch of a producer at an offset is part of a transaction without a marker. */
    boolean isOpen(long producerId, long offset) {
        Long first = open.get(producerId);
        return first != null && first <= offset;
    }

    boolean hasOpenTransaction(long producerId) {
        return open.containsKey(producerId);
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

    /** Whether an application's record stands at an offset, not a marker. */
    boolean hasRecordAt(long offset) {
        int index = indexOf(offset);
        return index < log.size()
                && !MemoryRecords.readableRecords(log.get(index).bytes())
                        .batches()
                        .iterator()
                        .next()
                        .isControlBatch();
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
