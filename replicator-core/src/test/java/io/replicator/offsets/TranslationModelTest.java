package io.replicator.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.LogEntry;
import io.replicator.partition.LeaderEpochs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole lives of a partition's map by seed: holes, markers and aborted batches on the source, other writers on the target,
 * retention on both, truncations, saves that are lost, torn or merged, compaction of the log, restarts, bounds so small that
 * most of it is coarse. Whatever is saved answers for every offset of either side, and a model of the records is the judge.
 */
class TranslationModelTest {
    private static final int SEEDS_EACH = 100;
    private static final TopicPartition PARTITION = new TopicPartition("orders", 3);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void shouldAnswerForEveryOffset(int hundred) {
        int coarse = 0;
        int trimmed = 0;
        for (int seed = hundred * SEEDS_EACH; seed < (hundred + 1) * SEEDS_EACH; seed++) {
            Life life = new Life(seed);
            try {
                life.live();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            coarse += life.sawCoarse ? 1 : 0;
            trimmed += life.sawTrimmed ? 1 : 0;
        }
        assertThat(coarse).as("lives with coarse runs").isGreaterThan(SEEDS_EACH / 10);
        assertThat(trimmed).as("lives that were trimmed").isPositive();
    }

    private static final class Life {
        private final SplittableRandom random;
        private final PartitionPair pair = new PartitionPair(PARTITION, new Uuid(1, 2), "east.orders", new Uuid(3, 4));
        private final int maxRuns;
        private final int chanceOfRetention;
        private final int chanceOfHole;
        private final int chanceOfOthers;
        private final int chanceOfCut;
        private final String name;
        private Writer writer = new Writer(7, 2001, (short) 0);
        private OffsetLogInMemory log = new OffsetLogInMemory();
        private OffsetMap map;
        private CopyModel now;
        private CopyModel durable;
        private Progress unsaved;

        /** Since the last save that is durable. */
        private boolean wasCut;

        /** Where the target's log really ends. */
        private long targetEnd;

        private boolean sawCoarse;
        private boolean sawTrimmed;

        Life(long seed) {
            random = new SplittableRandom(seed);
            name = "seed " + seed;
            maxRuns = random.nextBoolean() ? 64 : 64 + random.nextInt(200);
            chanceOfRetention = random.nextInt(30);
            // Most sources have holes, or most targets have other writers, but seldom both.
            chanceOfHole = random.nextInt(3) > 0 ? 35 : random.nextInt(3);
            chanceOfOthers = chanceOfHole < 35 || random.nextInt(3) == 0 ? 20 : random.nextInt(3);
            chanceOfCut = random.nextInt(3);
            long start = random.nextInt(20);
            targetEnd = random.nextInt(20);
            boolean isTargetKnown = random.nextInt(8) > 0;
            map = new OffsetMap(start, isTargetKnown ? targetEnd : -1, maxRuns);
            now = new CopyModel(start, map.targetStart());
            now.exactRuns = maxRuns - RunChunk.RUNS;
        }

        void live() {
            save();
            check();
            int steps = 5 + random.nextInt(60);
            for (int step = 0; step < steps; step++) {
                copy(random.nextInt(step % 10 == 0 ? 200 : 30));
                if (random.nextInt(100) < chanceOfRetention) {
                    retention();
                }
                if (random.nextInt(100) < chanceOfCut) {
                    cut();
                }
                somethingOfASave();
                if (random.nextInt(20) == 0) {
                    compact();
                }
            }
            check();
            save();
            check();
            restart();
            save();
            check();
            assertThat(saved().map().stale()).as(name).isEmpty();
            assertThat(log.firstChunk(PARTITION))
                    .as(name)
                    .isGreaterThanOrEqualTo(saved().map().exactChunk());
        }

        private void copy(int appends) {
            for (int i = 0; i < appends; i++) {
                long source = now.position + (random.nextInt(100) < chanceOfHole ? 1 + random.nextInt(3) : 0);
                targetEnd += random.nextInt(100) < chanceOfOthers ? 1 + random.nextInt(2) : 0;
                int count = 1 + random.nextInt(4);
                map.append(source, targetEnd, count);
                now.append(source, targetEnd, count);
                targetEnd += count;
            }
            if (random.nextInt(100) < chanceOfHole) {
                now.position += random.nextInt(4);
                map.advance(now.position);
            }
            if (random.nextInt(100) < chanceOfOthers && now.floor >= 0) {
                targetEnd += random.nextInt(4);
                map.extendTargetKnownTo(targetEnd);
                now.floor = targetEnd;
            }
        }

        private void retention() {
            if (random.nextBoolean() && map.runs() > RunChunk.RUNS) {
                int last = RunChunk.RUNS - 1;
                long sourceEnd = map.runSource(last) + map.runLength(last) - 1 + random.nextInt(2);
                long end = map.runTarget(last) + map.runLength(last) - 1 + random.nextInt(2);
                now.sourceLogStart = Math.max(now.sourceLogStart, sourceEnd);
                now.targetLogStart = Math.max(now.targetLogStart, end);
            } else if (random.nextBoolean()) {
                now.sourceLogStart = upTo(now.sourceLogStart, now.position);
            } else {
                now.targetLogStart = upTo(now.targetLogStart, targetEnd);
            }
            int before = map.runs();
            map.trim(now.sourceLogStart, now.targetLogStart);
            sawTrimmed |= map.runs() < before;
        }

        private long upTo(long least, long most) {
            return least >= most ? least : least + 1 + random.nextLong(most - least);
        }

        private void cut() {
            long least = Math.max(0, Math.max(now.position - random.nextInt(1000), now.sourceLogStart));
            long offset = least >= now.position ? now.position : least + random.nextLong(now.position - least);
            if (offset >= now.start) {
                map.cutAt(offset);
                now.cut(offset);
                wasCut = true;
            }
        }

        /** What a save goes through until it is durable, if it comes so far. */
        private void somethingOfASave() {
            switch (random.nextInt(8)) {
                case 0 -> {
                    map.takeChanges();
                    map.markAllUnsaved();
                }
                case 1 -> unsaved = taken();
                // A crash in the middle of the save that follows a truncation may cost the places of old records, which
                // is
                // said; here it does not happen.
                case 2 -> {
                    if (!wasCut) {
                        tear();
                    }
                }
                case 3 -> restart();
                default -> save();
            }
            if (random.nextInt(6) == 0) {
                check();
            }
        }

        private Progress taken() {
            Progress progress = new Progress(
                    pair, writer, map.takeChanges(), new SourceSeen(LeaderEpochs.NONE, now.sourceLogStart));
            return unsaved == null ? progress : Progress.withUnsaved(unsaved, progress);
        }

        private void save() {
            Progress progress = taken();
            log.appendRuns(progress);
            log.appendProgress(progress);
            unsaved = null;
            wasCut = false;
            durable = now.copy();
        }

        /** A save ends anywhere, and its writer with it. */
        private void tear() {
            Progress progress = taken();
            List<LogEntry> records = new ArrayList<>(ProgressRecords.runs(progress));
            int beforeProgress = records.size();
            records.add(ProgressRecords.progress(progress));
            int written = random.nextInt(3) == 0 ? beforeProgress + 1 : random.nextInt(records.size() + 1);
            records.subList(0, written).forEach(log::append);
            if (written > beforeProgress) {
                durable = now.copy();
                List<LogEntry> tombstones = log.tombstones(progress);
                tombstones.subList(0, random.nextInt(tombstones.size() + 1)).forEach(log::append);
            }
            restart();
        }

        /** Another owner goes on with what is durable. */
        private void restart() {
            map = saved().toOffsetMap(maxRuns);
            now = durable.copy();
            unsaved = null;
            wasCut = false;
            writer = new Writer(7, 2001, (short) (writer.producerEpoch() + 1));
        }

        private void compact() {
            Map<ByteBuffer, LogEntry> latest = new LinkedHashMap<>();
            for (LogEntry record : log.records()) {
                latest.remove(ByteBuffer.wrap(record.key()));
                latest.put(ByteBuffer.wrap(record.key()), record);
            }
            latest.values().removeIf(record -> record.value() == null);
            log = new OffsetLogInMemory();
            latest.values().forEach(log::append);
        }

        private SavedProgress saved() {
            return log.load().partitions().get(PARTITION);
        }

        private void check() {
            SavedProgress saved = saved();
            assertThat(saved.damage()).as(name).isEmpty();
            sawCoarse |= !saved.map().coarse().isEmpty();
            durable.check(saved.translator(), name);
        }
    }
}
