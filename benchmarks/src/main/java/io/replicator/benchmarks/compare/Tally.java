package io.replicator.benchmarks.compare;

import io.replicator.testkit.data.Stamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Counts the duplicate, missing and misplaced records of a copy, by the stamps that the load puts into the records. It compares
 * what a {@code read_committed} consumer reads from the source with what a {@code read_uncommitted} one, the default, reads from
 * the target.
 */
public final class Tally {
    private static final int MAX_TOLD = 10;

    /**
     * The counts.
     *
     * @param records on the source
     * @param copied records on the target
     * @param duplicates second and further copies of a record
     * @param lost records that are not on the target
     * @param disordered records that are after a record on the target that they are before on the source
     * @param damaged records with another timestamp, key, value or partition than was written
     * @param foreign records that the source does not have, such as those of an aborted transaction
     * @param told descriptions of the first wrong records
     */
    public record Counts(
            long records,
            long copied,
            long duplicates,
            long lost,
            long disordered,
            long damaged,
            long foreign,
            List<String> told) {
        /** Copies the descriptions. */
        public Counts {
            told = List.copyOf(told);
        }

        /** Whether every record was copied once, unchanged and in order. */
        public boolean isClean() {
            return duplicates + lost + disordered + damaged + foreign == 0;
        }

        /** The sums of both. */
        public Counts plus(Counts other) {
            List<String> all = new ArrayList<>(told);
            all.addAll(other.told);
            return new Counts(
                    records + other.records,
                    copied + other.copied,
                    duplicates + other.duplicates,
                    lost + other.lost,
                    disordered + other.disordered,
                    damaged + other.damaged,
                    foreign + other.foreign,
                    all);
        }

        /** No records. */
        public static Counts none() {
            return new Counts(0, 0, 0, 0, 0, 0, 0, List.of());
        }
    }

    private final boolean shrinks;
    private final Map<Integer, Part> parts = new HashMap<>();
    private final List<String> told = new ArrayList<>();
    private final Map<Integer, Stretch> stretches = new HashMap<>();
    private long records;
    private long copied;
    private long duplicates;
    private long disordered;
    private long damaged;
    private long foreign;

    private Tally(boolean shrinks) {
        this.shrinks = shrinks;
    }

    /** Compares two topics that nobody writes to. */
    public static Counts of(
            Map<String, Object> sourceProperties,
            String sourceTopic,
            Map<String, Object> targetProperties,
            String targetTopic) {
        return new Tally(false).count(sourceProperties, sourceTopic, targetProperties, targetTopic);
    }

    /**
     * Compares a compacted topic with a copy that is not compacted: the target may have records that the source has removed
     * since. Their order is checked by the stamps.
     */
    public static Counts ofCompacted(
            Map<String, Object> sourceProperties,
            String sourceTopic,
            Map<String, Object> targetProperties,
            String targetTopic) {
        return new Tally(true).count(sourceProperties, sourceTopic, targetProperties, targetTopic);
    }

    private Counts count(
            Map<String, Object> sourceProperties,
            String sourceTopic,
            Map<String, Object> targetProperties,
            String targetTopic) {
        Map<String, Object> committed = new HashMap<>(sourceProperties);
        committed.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        TopicReader.read(committed, sourceTopic, this::takeSource);
        TopicReader.read(targetProperties, targetTopic, this::takeTarget);
        stretches.values().forEach(this::tell);
        long lost = 0;
        for (Map.Entry<Integer, Part> part : parts.entrySet()) {
            lost += part.getValue().missing();
            part.getValue()
                    .firstMissing()
                    .ifPresent(sequence -> tell("%s-%d: %d records are not there, the first is number %d"
                            .formatted(
                                    targetTopic, part.getKey(), part.getValue().missing(), sequence)));
        }
        return new Counts(records, copied, duplicates, lost, disordered, damaged, foreign, told);
    }

    private void takeSource(ConsumerRecord<byte[], byte[]> record) {
        Stamp stamp = Stamp.of(record)
                .filter(found -> found.isWhole() && found.partition() == record.partition())
                .orElseThrow(() -> new IllegalStateException(
                        "%s-%d@%d bears no stamp, or not its own: nothing but the load may write there"
                                .formatted(record.topic(), record.partition(), record.offset())));
        records++;
        part(record).addSource(stamp.sequence());
    }

    private void takeTarget(ConsumerRecord<byte[], byte[]> record) {
        copied++;
        Optional<Stamp> stamp = Stamp.of(record);
        if (stamp.isEmpty() || !stamp.get().isWhole() || stamp.get().partition() != record.partition()) {
            damaged++;
            wrong(record, -1, "are damaged, or of another partition");
            return;
        }
        long sequence = stamp.get().sequence();
        Part part = part(record);
        long place = shrinks ? sequence : part.place(sequence);
        if (part.isTaken(sequence)) {
            duplicates++;
            wrong(record, sequence, "stand there already");
        } else if (place < 0) {
            foreign++;
            wrong(record, sequence, "are not on the source");
        } else if (!part.take(sequence, place)) {
            disordered++;
            wrong(record, sequence, "come too late");
        }
    }

    private Part part(ConsumerRecord<byte[], byte[]> record) {
        return parts.computeIfAbsent(record.partition(), partition -> new Part());
    }

    private void wrong(ConsumerRecord<byte[], byte[]> record, long sequence, String what) {
        Stretch stretch = stretches.get(record.partition());
        if (stretch != null && stretch.isGoneOnBy(record, what)) {
            stretch.count++;
        } else {
            if (stretch != null) {
                tell(stretch);
            }
            stretches.put(record.partition(), new Stretch(record, sequence, what));
        }
    }

    private void tell(Stretch stretch) {
        tell(stretch.toString());
    }

    private void tell(String what) {
        if (told.size() < MAX_TOLD) {
            told.add(what);
        }
    }

    /** Adjacent records on the target that are wrong in the same way. */
    private static final class Stretch {
        private final ConsumerRecord<byte[], byte[]> first;
        private final long sequence;
        private final String what;
        private int count = 1;

        Stretch(ConsumerRecord<byte[], byte[]> first, long sequence, String what) {
            this.first = first;
            this.sequence = sequence;
            this.what = what;
        }

        boolean isGoneOnBy(ConsumerRecord<byte[], byte[]> next, String how) {
            return next.offset() == first.offset() + count && what.equals(how);
        }

        @Override
        public String toString() {
            return "%s-%d@%d: %d records, from number %d on, %s"
                    .formatted(first.topic(), first.partition(), first.offset(), count, sequence, what);
        }
    }

    /** One partition: the place of each source record, and which of them were found on the target. */
    private static final class Part {
        private static final int FIRST_CAPACITY = 1 << 10;

        /** By sequence: 1 + the number of records before it on the source; 0 when the source does not have it. */
        private int[] places = new int[FIRST_CAPACITY];

        private final BitSet expected = new BitSet();
        private final BitSet taken = new BitSet();
        private int count;
        private long lastPlace = -1;

        void addSource(long sequence) {
            int index = Math.toIntExact(sequence);
            if (expected.get(index)) {
                throw new IllegalStateException("the load has written record " + sequence + " twice");
            }
            if (index >= places.length) {
                places = Arrays.copyOf(places, Math.max(index + 1, 2 * places.length));
            }
            expected.set(index);
            count++;
            places[index] = count;
        }

        /** The number of records before it on the source; -1 when the source does not have it. */
        long place(long sequence) {
            return sequence < places.length ? places[(int) sequence] - 1L : -1;
        }

        boolean isTaken(long sequence) {
            return taken.get(Math.toIntExact(sequence));
        }

        /** Takes a record; true when it is after all that were taken before. */
        boolean take(long sequence, long place) {
            taken.set(Math.toIntExact(sequence));
            boolean isInOrder = place > lastPlace;
            lastPlace = Math.max(lastPlace, place);
            return isInOrder;
        }

        long missing() {
            return missingOnes().cardinality();
        }

        Optional<Integer> firstMissing() {
            int first = missingOnes().nextSetBit(0);
            return first < 0 ? Optional.empty() : Optional.of(first);
        }

        private BitSet missingOnes() {
            BitSet missing = (BitSet) expected.clone();
            missing.andNot(taken);
            return missing;
        }
    }
}
