package io.replicator.benchmarks.pieces;

import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Runs;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.SavedRuns;
import io.replicator.offsets.SourceSeen;
import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;
import io.replicator.offsets.Writer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of an acknowledgement for the offset map, and of a translation, by the number of runs in the map. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OffsetMapBenchmark {
    private static final int APPENDS = 10_000;
    private static final int RECORDS_EACH = 15;
    private static final int QUESTIONS = 1 << 12;

    /** A filled map, and the offsets to translate: all over the map, in random order. */
    @State(Scope.Thread)
    public static class Filled {
        /** A topic without gaps has one; one that is written in transactions has a run for each. */
        @Param({"1", "1000", "1000000"})
        public int runs;

        private final long[] sourceOffsets = new long[QUESTIONS];
        private final long[] targetOffsets = new long[QUESTIONS];
        private Translator translator;
        private int question;

        @Setup
        public void fill() {
            long[] triples = new long[3 * runs];
            for (int run = 0; run < runs; run++) {
                triples[3 * run] = run * (RECORDS_EACH + 1L);
                triples[3 * run + 1] = (long) run * RECORDS_EACH;
                triples[3 * run + 2] = RECORDS_EACH;
            }
            long position = runs * (RECORDS_EACH + 1L);
            long targetEnd = (long) runs * RECORDS_EACH;
            translator = new SavedProgress(
                            new PartitionPair(new TopicPartition("any", 0), Uuid.ZERO_UUID, "any", Uuid.ZERO_UUID),
                            new Writer(0, -1, (short) -1),
                            0,
                            0,
                            position,
                            targetEnd,
                            SavedRuns.of(Runs.of(triples)),
                            "",
                            SourceSeen.NOTHING)
                    .translator();
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < QUESTIONS; i++) {
                sourceOffsets[i] = random.nextLong(position);
                targetOffsets[i] = random.nextLong(targetEnd);
            }
        }

        private int next() {
            return question++ & (QUESTIONS - 1);
        }
    }

    /** Translates a consumer group's source offset to the target. */
    @Benchmark
    public Translation translate(Filled filled) {
        return filled.translator.toTarget(filled.sourceOffsets[filled.next()]);
    }

    /** Translates an offset of the target to the source. */
    @Benchmark
    public Translation sourceOf(Filled filled) {
        return filled.translator.toSource(filled.targetOffsets[filled.next()]);
    }

    /** Acknowledged batches that follow each other: one run grows. */
    @Benchmark
    @OperationsPerInvocation(APPENDS)
    public OffsetMap appendToOneRun() {
        return appendAll(0);
    }

    /** Acknowledged batches with a marker between each two: each is a separate run, and the arrays grow. */
    @Benchmark
    @OperationsPerInvocation(APPENDS)
    public OffsetMap appendRunByRun() {
        return appendAll(1);
    }

    private static OffsetMap appendAll(int markers) {
        OffsetMap map = new OffsetMap(0);
        for (int batch = 0; batch < APPENDS; batch++) {
            append(map, batch, markers);
        }
        return map;
    }

    /** Markers take offsets on the source only. */
    private static void append(OffsetMap map, long batch, int markers) {
        map.append(batch * (RECORDS_EACH + markers), batch * RECORDS_EACH, RECORDS_EACH);
    }
}
