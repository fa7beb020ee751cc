package io.replicator.benchmarks.race;

import io.replicator.benchmarks.compare.Equality;
import io.replicator.benchmarks.compare.RecordsDigest;
import io.replicator.benchmarks.race.Contender.Task;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Copies data sets with all contenders, round by round, and compares each copy with its source. */
final class CopyRounds {
    private static final int POLL_MILLIS = 50;
    private static final int WIDE_POLL_MILLIS = 500;
    private static final int WIDE = 1_000;
    private static final double WARM_UP_SCALE = 0.25;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration SETTLE = Duration.ofSeconds(10);

    private final Arena arena;
    private final Path scratch;
    private final int rounds;
    private final double scale;
    private final boolean withCeiling;
    private final PrintStream out;
    private int tasks;

    /**
     * @param scratch for the contenders' files
     * @param scale of the number of records
     * @param withCeiling whether to measure fetching and producing alone, in the local suite
     */
    CopyRounds(Arena arena, Path scratch, int rounds, double scale, boolean withCeiling, PrintStream out) {
        this.arena = arena;
        this.scratch = scratch;
        this.rounds = rounds;
        this.scale = scale;
        this.withCeiling = withCeiling;
        this.out = out;
    }

    /**
     * Measures all contenders, and saves the results after each data set.
     *
     * @param sets unscaled
     * @param latencies measured before, saved with the results
     */
    void measure(Suite suite, List<DataSet> sets, List<Contender> all, List<LatencyResult> latencies, Path results) {
        List<DataSet> wanted = sets.stream().map(set -> set.scaled(scale)).toList();
        boolean warm = false;
        for (DataSet set : wanted) {
            if (!warm) {
                warmUp(all, DataSet.of("1k-lz4").scaled(WARM_UP_SCALE * scale));
                warm = true;
            }
            out.printf("%s: %,d records in %d partitions%n", set.title(), set.records(), set.partitions());
            List<HeatResult> heats = new ArrayList<>();
            List<CeilingResult> ceilings = new ArrayList<>();
            long bytes = set.write(arena.source(), set.name());
            Map<Integer, RecordsDigest.Result> wantedDigest =
                    Equality.digest(arena.source().adminProperties(), set.name());
            for (int round = 1; round <= rounds; round++) {
                for (int i = 0; i < all.size(); i++) {
                    Contender contender = all.get((i + round - 1) % all.size());
                    if (contender.equals(MirrorMaker.DEFAULTS) && round > 1) {
                        continue; // Far behind, and slow: one round is enough.
                    }
                    heats.add(heat(contender, set, set.name(), bytes, round, wantedDigest));
                }
                if (withCeiling && suite.equals(Suite.LOCAL)) {
                    ceilings.addAll(Ceiling.measure(arena, set, set.name(), bytes, round, "ceiling" + tasks++));
                    ceilings.stream()
                            .skip(ceilings.size() - 2L)
                            .forEach(it -> out.printf(
                                    "  %d %-13s %,10.0f records/s%n", it.round(), it.half(), it.recordsPerSecond()));
                }
            }
            Topics.delete(arena.source().admin(), set.name());
            SuiteResults.now(suite, heats, latencies, ceilings)
                    .with(SuiteResults.load(results, suite))
                    .save(results);
        }
    }

    /** The first contender must not be the one that waits for the brokers' JIT compiler. */
    private void warmUp(List<Contender> all, DataSet set) {
        String topic = "warm-up";
        long bytes = set.write(arena.source(), topic);
        Map<Integer, RecordsDigest.Result> digest =
                Equality.digest(arena.source().adminProperties(), topic);
        out.println("warming up (round 0 is not counted)");
        for (Contender contender : all) {
            heat(contender, set, topic, bytes, 0, digest);
        }
        Topics.delete(arena.source().admin(), topic);
    }

    private HeatResult heat(
            Contender contender,
            DataSet set,
            String topic,
            long bytes,
            int round,
            Map<Integer, RecordsDigest.Result> wanted) {
        boolean isWide = set.partitions() >= WIDE;
        Task copied =
                new Task("t" + tasks++, arena, topic, set.batches().codec().kafkaName());
        HeatResult result;
        try (Heat heat = Heat.start(contender, copied, scratch)) {
            result = heat.awaitCopied(set.name(), round, set.records(), bytes, isWide ? WIDE_POLL_MILLIS : POLL_MILLIS);
            if (isWide) {
                heat.idleShare(SETTLE);
                result = result.withIdleShare(heat.idleShare(IDLE));
            }
        }
        out.printf(
                "  %d %-13s %,10.0f records/s  %6.1f MB/s  %6.2f CPU-s/GB  (first after %.1f s, %,d MB resident)%n",
                round,
                contender.label(),
                result.recordsPerSecond(),
                result.megabytesPerSecond(),
                result.cpuSecondsPerGigabyte(),
                result.firstSeconds(),
                result.peakMemoryBytes() / 1_000_000);
        if (result.records() == set.records()) {
            requireEqual(topic, contender.targetTopic(copied), wanted);
        }
        Topics.delete(
                arena.target().admin(),
                Pattern.quote(contender.targetTopic(copied)) + "|" + contender.leftovers(copied));
        Topics.delete(arena.source().admin(), contender.leftovers(copied));
        return result;
    }

    private void requireEqual(String topic, String targetTopic, Map<Integer, RecordsDigest.Result> wanted) {
        Map<Integer, RecordsDigest.Result> found =
                Equality.digest(arena.target().adminProperties(), targetTopic);
        for (Map.Entry<Integer, RecordsDigest.Result> each : wanted.entrySet()) {
            if (!each.getValue().equals(found.get(each.getKey()))) {
                throw new IllegalStateException(targetTopic + " is not equal to its source: "
                        + Equality.firstDifference(
                                        arena.source().adminProperties(),
                                        topic,
                                        arena.target().adminProperties(),
                                        targetTopic,
                                        each.getKey())
                                .orElse("partition " + each.getKey()));
            }
        }
    }
}
