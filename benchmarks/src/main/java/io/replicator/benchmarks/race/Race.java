package io.replicator.benchmarks.race;

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
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command. It exits with 0 when everything was measured and every copy was equal to its source. */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compares Replicator with MirrorMaker 2 on the same records, checks each copy, and writes the results as tables."
        })
public final class Race implements Callable<Integer> {
    private static final Duration STREAM = Duration.ofSeconds(60);
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Values of the flow's {@code delivery}; each is a contender. */
    private static final List<String> DELIVERIES = List.of(Report.EXACTLY_ONCE, "at-least-once");

    /** The published results, which the README shows. */
    private static final Path PUBLISHED = Path.of("benchmarks/results");

    @Option(
            names = "--suite",
            split = ",",
            paramLabel = "NAME",
            description =
                    "what to measure, separated by commas: local (the default), latency, wide, tls, three-brokers,"
                            + " wan-0, wan-50, wan-100, delivery, takeover,"
                            + " isolation, positions")
    private List<Suite> suites = List.of(Suite.LOCAL);

    @Option(
            names = "--data",
            split = ",",
            paramLabel = "NAME",
            description = "measures only these data sets; default: all")
    private List<String> dataSets = List.of();

    @Option(
            names = "--contenders",
            split = ",",
            paramLabel = "NAME",
            description =
                    "replicator, mm2-tuned, mm2-defaults, mm2-latency, mm2-groups; exactly-once, at-least-once; default: all"
                            + " of the suite")
    private List<String> contenders = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "how often everything is measured; default: ${DEFAULT-VALUE}")
    private int rounds = 3;

    @Option(
            names = "--scale",
            paramLabel = "FACTOR",
            description = "multiplies the number of records; default: ${DEFAULT-VALUE}")
    private double scale = 1;

    @Option(names = "--no-ceiling", description = "does not measure fetching and producing alone")
    private boolean noCeiling;

    @Option(
            names = "--distribution",
            paramLabel = "DIR",
            description = "the directory of Replicator's distribution; default: ${DEFAULT-VALUE}")
    private Path distribution = Path.of("replicator-daemon/target/replicator");

    @Option(
            names = "--setting",
            paramLabel = "KEY=VALUE",
            description = "a setting of Replicator, to try something; may be repeated")
    private List<String> settings = List.of();

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "for the brokers' logs; default: /dev/shm if it exists, so that the disk is not measured")
    private Path directory =
            Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--results", paramLabel = "DIR", description = "for the results; default: ${DEFAULT-VALUE}")
    private Path results = PUBLISHED;

    @Option(
            names = "--report",
            description = "measures nothing; writes the tables and the picture from the saved results")
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
        if (results.equals(PUBLISHED)) {
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
                .toList();
        new CopyRounds(arena, scratch, rounds, scale, !noCeiling, out).measure(suite, wanted, all, latencies, results);
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
        // The first round is not counted: the brokers' JIT compiler is busy in it.
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
                Topics.delete(arena.source().admin(), leftovers);
                Topics.delete(arena.target().admin(), leftovers);
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
                Topics.delete(arena.target().admin(), ".*failover.*|" + contender.leftovers(task));
                Topics.delete(arena.source().admin(), contender.leftovers(task));
            }
            Topics.delete(arena.source().admin(), failOver.pattern());
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
