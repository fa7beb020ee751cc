package io.replicator.benchmarks.race;

import io.replicator.benchmarks.compare.Equality;
import io.replicator.benchmarks.compare.RecordsDigest;
import io.replicator.benchmarks.race.Contender.Task;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command. It ends with 0 when everything was measured and every copy was equal to its source. */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs Replicator beside MirrorMaker 2 on the same records, compares what came of it, and writes a table."
        })
public final class Race implements Callable<Integer> {
    private static final int POLL_MILLIS = 50;
    private static final int WIDE_POLL_MILLIS = 500;
    private static final int WIDE = 1_000;
    private static final double WARM_UP_SCALE = 0.25;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final Duration STREAM = Duration.ofSeconds(60);
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Each is the value of the flow's {@code delivery}, and a contender. */
    private static final List<String> DELIVERIES = List.of(Report.EXACTLY_ONCE, "at-least-once");

    /** The results of record: what the pages show. */
    private static final Path RECORD = Path.of("benchmarks/results");

    @Option(
            names = "--suite",
            split = ",",
            paramLabel = "NAME",
            description =
                    "what to measure, several with commas: local (the default), latency, wide, tls, three-brokers,"
                            + " wan-0, wan-50, wan-100, delivery, takeover,"
                            + " isolation, positions")
    private List<Suite> suites = List.of(Suite.LOCAL);

    @Option(names = "--data", split = ",", paramLabel = "NAME", description = "only these data sets; default: all")
    private List<String> dataSets = List.of();

    @Option(
            names = "--contenders",
            split = ",",
            paramLabel = "NAME",
            description =
                    "replicator, mm2-tuned, mm2-defaults, mm2-latency, mm2-groups; exactly-once, at-least-once; default: all"
                            + " of the suite")
    private List<String> contenders = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "default: ${DEFAULT-VALUE}")
    private int rounds = 3;

    @Option(names = "--scale", paramLabel = "FACTOR", description = "of the records; default: ${DEFAULT-VALUE}")
    private double scale = 1;

    @Option(names = "--no-ceiling", description = "do not measure fetching and producing alone")
    private boolean noCeiling;

    @Option(
            names = "--distribution",
            paramLabel = "DIR",
            description = "Replicator as it was built; default: ${DEFAULT-VALUE}")
    private Path distribution = Path.of("replicator-daemon/target/replicator");

    @Option(
            names = "--setting",
            paramLabel = "KEY=VALUE",
            description = "one of Replicator's settings, to try something; more than once for several")
    private List<String> settings = List.of();

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description =
                    "where brokers keep their logs; default: /dev/shm where it exists, so that no disk is measured")
    private Path directory =
            Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--results", paramLabel = "DIR", description = "default: ${DEFAULT-VALUE}")
    private Path results = RECORD;

    @Option(
            names = "--report",
            description = "measure nothing: write the tables and the picture anew from the results that were saved")
    private boolean reportOnly;

    private final PrintStream out = System.out;
    private int tasks;

    /** Starts the command. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Race());
        line.registerConverter(Suite.class, Race::suite);
        System.exit(line.execute(arguments));
    }

    private static Suite suite(String label) {
        try {
            return Suite.of(label);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    @Override
    public Integer call() throws IOException {
        if (!reportOnly) {
            for (Suite suite : suites) {
                measure(suite);
            }
        }
        Report report = new Report(results);
        out.println(report.markdown());
        if (results.equals(RECORD)) {
            report.write(Path.of("README.md"), Path.of("benchmarks/README.md"));
        }
        return 0;
    }

    private void measure(Suite suite) throws IOException {
        Path scratch = Files.createTempDirectory(directory, "replicator-benchmark");
        out.printf("%s: %s%n", suite.label(), suite.title());
        try (Arena arena = Arena.start(suite.layout(), scratch)) {
            switch (suite.kind()) {
                case COPIES ->
                    copy(suite, arena, scratch, contenders(ours(), MirrorMaker.TUNED, MirrorMaker.DEFAULTS), List.of());
                case STREAM ->
                    SuiteResults.now(
                                    suite,
                                    List.of(),
                                    stream(arena, scratch, contenders(ours(), MirrorMaker.TUNED_FOR_LATENCY)),
                                    List.of())
                            .save(results);
                case DELIVERIES -> {
                    List<Contender> ways = contenders(DELIVERIES.stream()
                            .map(way -> ours().delivering(way))
                            .toArray(Contender[]::new));
                    copy(suite, arena, scratch, ways, stream(arena, scratch, ways));
                }
                case TAKEOVERS ->
                    SuiteResults.now(suite, List.of(), List.of(), List.of())
                            .and(takeovers(arena, scratch))
                            .save(results);
                case ISOLATION ->
                    SuiteResults.now(suite, List.of(), List.of(), List.of())
                            .beside(isolations(arena, scratch))
                            .save(results);
                case FAIL_OVERS ->
                    SuiteResults.now(suite, List.of(), List.of(), List.of())
                            .after(failOvers(arena, scratch))
                            .save(results);
            }
        } finally {
            delete(scratch);
        }
    }

    private void copy(Suite suite, Arena arena, Path scratch, List<Contender> all, List<LatencyResult> latencies) {
        List<DataSet> wanted = suite.dataSets().stream()
                .filter(set -> dataSets.isEmpty() || dataSets.contains(set.name()))
                .map(set -> set.scaled(scale))
                .toList();
        boolean warm = false;
        for (DataSet set : wanted) {
            if (!warm) {
                warmUp(arena, scratch, all, DataSet.of("1k-lz4").scaled(WARM_UP_SCALE * scale));
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
                        continue; // Far behind, and slow: one look is enough.
                    }
                    heats.add(heat(arena, scratch, contender, set, set.name(), bytes, round, wantedDigest));
                }
                if (!noCeiling && suite.equals(Suite.LOCAL)) {
                    ceilings.addAll(Ceiling.measure(arena, set, set.name(), bytes, round, "ceiling" + tasks++));
                    ceilings.stream()
                            .skip(ceilings.size() - 2L)
                            .forEach(it -> out.printf(
                                    "  %d %-13s %,10.0f records/s%n", it.round(), it.half(), it.recordsPerSecond()));
                }
            }
            deleteTopics(arena.source().admin(), set.name());
            SuiteResults.now(suite, heats, latencies, ceilings)
                    .with(SuiteResults.load(results, suite))
                    .save(results);
        }
    }

    /** Brokers compile what they run: nobody shall be first. */
    private void warmUp(Arena arena, Path scratch, List<Contender> all, DataSet set) {
        String topic = "warm-up";
        long bytes = set.write(arena.source(), topic);
        Map<Integer, RecordsDigest.Result> digest =
                Equality.digest(arena.source().adminProperties(), topic);
        out.println("warming up (round 0 counts for nothing)");
        for (Contender contender : all) {
            heat(arena, scratch, contender, set, topic, bytes, 0, digest);
        }
        deleteTopics(arena.source().admin(), topic);
    }

    private HeatResult heat(
            Arena arena,
            Path scratch,
            Contender contender,
            DataSet set,
            String topic,
            long bytes,
            int round,
            Map<Integer, RecordsDigest.Result> wanted) {
        boolean isWide = set.partitions() >= WIDE;
        Task task = new Task("t" + tasks++, arena, topic, set.batches().codec().kafkaName());
        HeatResult result;
        try (Heat heat = Heat.start(contender, task, scratch)) {
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
            requireEqual(arena, topic, contender.targetTopic(task), wanted);
        }
        deleteTopics(
                arena.target().admin(), Pattern.quote(contender.targetTopic(task)) + "|" + contender.leftovers(task));
        deleteTopics(arena.source().admin(), contender.leftovers(task));
        return result;
    }

    private static void requireEqual(
            Arena arena, String topic, String targetTopic, Map<Integer, RecordsDigest.Result> wanted) {
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

    private List<LatencyResult> stream(Arena arena, Path scratch, List<Contender> all) {
        List<LatencyResult> latencies = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (int i = 0; i < all.size(); i++) {
                Contender contender = all.get((i + round - 1) % all.size());
                Task task = new Task("t" + tasks, arena, "stream" + tasks, "none");
                tasks++;
                LatencyResult result = new SteadyStream(arena, contender, task, STREAM).run(round, scratch);
                latencies.add(result);
                out.printf(
                        "  %d %-13s p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, %.0f %% of a core%n",
                        round,
                        contender.label(),
                        result.p50Millis(),
                        result.p99Millis(),
                        result.p999Millis(),
                        100 * result.cpuShare());
            }
        }
        return latencies;
    }

    private List<TakeoverResult> takeovers(Arena arena, Path scratch) throws IOException {
        List<TakeoverResult> takeovers = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (Takeover takeover : Takeover.ALL) {
                Path own = Files.createDirectories(scratch.resolve("takeover" + tasks));
                TakeoverResult result =
                        takeover.measure(arena, distribution(), settings, own, "takeover" + tasks++, round, scale);
                takeovers.add(result);
                out.printf(
                        "  %d %-34s first record after %.1f s, every partition after %.1f s, all well after %.1f s%n",
                        round, result.what(), result.firstSeconds(), result.everySeconds(), result.wellSeconds());
            }
        }
        return takeovers;
    }

    private List<IsolationResult> isolations(Arena arena, Path scratch) throws IOException {
        List<IsolationResult> all = new ArrayList<>();
        // The first round counts for nothing: brokers compile what they run.
        for (int round = 0; round <= rounds; round++) {
            for (Isolation isolation : Isolation.values()) {
                String name = "isolation" + tasks++;
                Path own = Files.createDirectories(scratch.resolve(name));
                IsolationResult result = isolation.measure(arena, distribution(), settings, own, name, round, scale);
                if (round > 0) {
                    all.add(result);
                }
                out.printf(
                        "  %d wrong with one: %-36s the others %,10.0f records/s%n",
                        round, result.what(), result.recordsPerSecond());
                String leftovers = name + "-.*|replicator[.]" + name + "[.].*";
                deleteTopics(arena.source().admin(), leftovers);
                deleteTopics(arena.target().admin(), leftovers);
            }
        }
        return all;
    }

    private List<FailOverResult> failOvers(Arena arena, Path scratch) {
        List<FailOverResult> all = new ArrayList<>();
        List<Contender> sides = contenders(ours().syncingEvery("1s"), MirrorMaker.TUNED_FOR_GROUPS);
        for (int round = 1; round <= rounds; round++) {
            FailOver failOver = new FailOver(arena, "failover" + tasks, scale);
            for (int i = 0; i < sides.size(); i++) {
                Contender contender = sides.get((i + round - 1) % sides.size());
                Task task = new Task("t" + tasks++, arena, failOver.pattern(), "none");
                FailOverResult result = failOver.measure(contender, task, round, scratch);
                all.add(result);
                out.printf(
                        "  %d %-13s of %,d positions %,d exact, %,d re-read (%,d records, at most %,d), %,d skipped (%,d), %,d"
                                + " without an answer; stale %.0f ms, at most %.0f ms%n",
                        round,
                        result.contender(),
                        result.positions(),
                        result.exact(),
                        result.reRead(),
                        result.reReadRecords(),
                        result.mostReRead(),
                        result.skipped(),
                        result.skippedRecords(),
                        result.unanswered(),
                        result.staleMedianMillis(),
                        result.staleMostMillis());
                deleteTopics(arena.target().admin(), ".*failover.*|" + contender.leftovers(task));
                deleteTopics(arena.source().admin(), contender.leftovers(task));
            }
            deleteTopics(arena.source().admin(), failOver.pattern());
        }
        return all;
    }

    private ReplicatorContender ours() {
        return new ReplicatorContender(ReplicatorContender.LABEL, distribution(), settings);
    }

    private Path distribution() {
        return distribution.toAbsolutePath().normalize();
    }

    private List<Contender> contenders(Contender... all) {
        return Arrays.stream(all)
                .filter(each -> contenders.isEmpty() || contenders.contains(each.label()))
                .toList();
    }

    private static void deleteTopics(Admin admin, String pattern) {
        try {
            List<String> topics = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.matches(pattern))
                    .collect(Collectors.toList());
            admin.deleteTopics(topics).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("topics " + pattern + " cannot be deleted", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " cannot be deleted", e);
        }
    }
}
