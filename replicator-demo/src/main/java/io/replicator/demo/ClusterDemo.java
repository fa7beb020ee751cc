package io.replicator.demo;

import com.sun.management.OperatingSystemMXBean;
import io.replicator.daemon.Daemon;
import io.replicator.daemon.cli.Demo;
import io.replicator.daemon.cli.ReplicatorCommand;
import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.daemon.settings.SettingsFile;
import io.replicator.daemon.terminal.Quantity;
import io.replicator.flow.FlowStatus;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The steps of the demo, from two empty clusters to a verified copy. Explanations go to stderr, results to stdout.
 *
 * <p>Exit code 0 means that everything the load wrote was copied, and that {@code verify} found it equal.
 */
public final class ClusterDemo implements Demo {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 64;
    private static final int INTERRUPTED = 130;

    private static final long POLL_MILLIS = 250;
    /** The latencies of a snapshot are up to a second old. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private static final Duration CATCH_UP_PATIENCE = Duration.ofSeconds(60);

    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private int stage;

    @Override
    public int run() {
        DemoSettings settings;
        try {
            settings = DemoSettings.ofThisJvm();
        } catch (IllegalArgumentException e) {
            System.err.println("replicator: " + e.getMessage());
            return USAGE;
        }
        return run(settings);
    }

    /** Runs all steps, and leaves no files or processes behind, however it ends. */
    int run(DemoSettings settings) {
        prepareJvm();
        Interrupt interrupt = Interrupt.install();
        try (Playground playground = clusters()) {
            return runSteps(settings, playground);
        } catch (InterruptedException e) {
            return INTERRUPTED;
        } catch (BadSettingsException e) {
            e.lines().forEach(System.err::println);
            return FAILED;
        } catch (IOException | RuntimeException e) {
            if (Thread.interrupted()) {
                // An interrupted wait in a lower layer throws another exception.
                return INTERRUPTED;
            }
            System.err.println(
                    "The demo failed: " + e.getMessage() + (e.getCause() == null ? "" : ": " + e.getCause()));
            return FAILED;
        } finally {
            interrupt.close();
        }
    }

    private static void prepareJvm() {
        try {
            Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
        } catch (IOException e) {
            throw new UncheckedIOException("java.io.tmpdir cannot be created", e);
        }
        if (System.getProperty("replicator.terminal") == null) {
            System.setProperty("replicator.terminal", Boolean.toString(isTerminal()));
        }
    }

    /** Whether stderr is a terminal. A JVM cannot find out, a shell can. */
    private static boolean isTerminal() {
        try {
            return new ProcessBuilder("sh", "-c", "test -t 2")
                            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Playground clusters() throws InterruptedException {
        say("");
        say("Replicator demo: copies one Kafka cluster to another while a load writes to it.");
        stage("Starting two Kafka clusters, east and west, with one broker each");
        long startNanos = System.nanoTime();
        Playground playground = Playground.open();
        detail(
                "ready in %.1f s; east at %s, west at %s",
                secondsSince(startNanos),
                playground.east().bootstrapServers(),
                playground.west().bootstrapServers());
        return playground;
    }

    private int runSteps(DemoSettings settings, Playground playground)
            throws InterruptedException, BadSettingsException, IOException {
        stage("Writing to east: "
                + String.join(
                        ", ", DemoTopic.FIRST.stream().map(DemoTopic::topic).toList()));
        long fillNanos = System.nanoTime();
        DemoTopic.FIRST.forEach(playground::create);
        playground.traffic().backlog();
        playground.warmUp();
        SourceEnds backlog = SourceEnds.of(playground.east(), DemoTopic.FIRST);
        detail(
                "wrote a backlog of %,d offsets in %.1f s",
                backlog.ends().values().stream().mapToLong(Long::longValue).sum(), secondsSince(fillNanos));

        stage("Starting the daemon: replicator run -c config/demo.conf");
        detail(
                "the load writes to east for %s more",
                Quantity.duration(settings.duration().toSeconds()));
        List<String> overrides = overrides(playground);
        long cpuNanos = process.getProcessCpuTime();
        long startNanos = System.nanoTime();
        Daemon daemon = Daemon.start(SettingsFile.read(settings.config(), overrides));
        detail("http://127.0.0.1:%d serves /metrics, /api/status and /health/ready", daemon.adminPort());
        Optional.ofNullable(System.getProperty("demo.log"))
                .map(Path::of)
                .ifPresent(log ->
                        detail("its log: %s", Path.of("").toAbsolutePath().relativize(log)));
        Observations observed = watch(daemon, playground, backlog, settings.duration(), startNanos);
        Duration time = Duration.ofNanos(System.nanoTime() - startNanos);
        Duration cpu = Duration.ofNanos(process.getProcessCpuTime() - cpuNanos);
        // Not closed after an interrupt: the clusters are stopped first then, so no progress can be saved.
        daemon.close();
        if (!observed.missing().isEmpty()) {
            say("Not everything was copied within " + CATCH_UP_PATIENCE.toSeconds() + " s after the end of the load:");
            observed.missing().forEach(line -> detail("%s", line));
            return FAILED;
        }

        stage("Verifying: replicator verify -c config/demo.conf");
        boolean isEqual = verify(settings.config(), overrides);

        stage("Summary");
        Histogram live = observed.flow().latencies().replicationMicros().copy();
        live.subtract(observed.settled().latencies().replicationMicros());
        new Summary(
                        observed.flow(),
                        TopicSum.of(observed.backlogDone().partitions()).records(),
                        observed.backlogTime(),
                        live,
                        cpu,
                        time,
                        isEqual)
                .lines()
                .forEach(System.out::println);
        next();
        return isEqual ? OK : FAILED;
    }

    private static List<String> overrides(Playground playground) {
        return List.of(
                "replicator.clusters.east.bootstrap-servers="
                        + playground.east().bootstrapServers(),
                "replicator.clusters.west.bootstrap-servers="
                        + playground.west().bootstrapServers(),
                "replicator.admin.listen=127.0.0.1:0");
    }

    /** What the demo observed while the flow ran. */
    private record Observations(
            FlowStatus backlogDone, Duration backlogTime, FlowStatus settled, FlowStatus flow, List<String> missing) {}

    private Observations watch(
            Daemon daemon, Playground playground, SourceEnds backlog, Duration duration, long startNanos)
            throws InterruptedException {
        playground.traffic().run();
        boolean isGrown = false;
        boolean isCreated = false;
        Optional<FlowStatus> backlogDone = Optional.empty();
        Optional<FlowStatus> settled = Optional.empty();
        Duration backlogTime = Duration.ZERO;
        Optional<SourceEnds> ends = Optional.empty();
        try (LiveView view = new LiveView(startNanos)) {
            while (true) {
                long nowNanos = System.nanoTime();
                Duration elapsed = Duration.ofNanos(nowNanos - startNanos);
                FlowStatus flow = daemon.flows().get(0);
                if (backlogDone.isPresent()
                        && settled.isEmpty()
                        && elapsed.minus(backlogTime).compareTo(SETTLING) >= 0) {
                    settled = Optional.of(flow);
                }
                if (backlogDone.isEmpty() && backlog.reachedBy(flow)) {
                    backlogDone = Optional.of(flow);
                    backlogTime = elapsed;
                    event(elapsed, "the backlog is copied");
                }
                if (!isGrown && elapsed.multipliedBy(3).compareTo(duration) >= 0) {
                    isGrown = true;
                    playground.grow(DemoTopic.CLICKS);
                    event(elapsed, "added a partition to clicks on east: the flow will follow");
                }
                if (!isCreated && elapsed.multipliedBy(2).compareTo(duration) >= 0) {
                    isCreated = true;
                    playground.create(DemoTopic.RETURNS);
                    playground.traffic().add(DemoTopic.RETURNS);
                    event(elapsed, "created the topic returns on east: the flow will create it on west");
                }
                if (ends.isEmpty() && elapsed.compareTo(duration) >= 0) {
                    playground.traffic().stop();
                    ends = Optional.of(SourceEnds.of(playground.east(), DemoTopic.ALL));
                    event(elapsed, "the load has stopped; waiting until everything is copied");
                }
                view.show(flow, activity(elapsed, duration), nowNanos);
                if (ends.isPresent()) {
                    boolean isOver = elapsed.minus(duration).compareTo(CATCH_UP_PATIENCE) >= 0;
                    if (ends.get().reachedBy(flow) || isOver) {
                        event(elapsed, isOver ? "giving up" : "everything is copied");
                        return new Observations(
                                backlogDone.orElse(flow),
                                backlogTime,
                                settled.orElse(flow),
                                flow,
                                new ArrayList<>(ends.get().missing(flow)));
                    }
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
    }

    private static String activity(Duration elapsed, Duration duration) {
        return elapsed.compareTo(duration) < 0
                ? "the load continues for "
                        + Quantity.duration(duration.minus(elapsed).toSeconds() + 1) + "; Ctrl-C ends the demo"
                : "waiting until everything is copied";
    }

    private static boolean verify(Path config, List<String> overrides) {
        List<String> arguments = new ArrayList<>(List.of("verify", "-c", config.toString()));
        overrides.forEach(override -> arguments.addAll(List.of("-D", override)));
        return ReplicatorCommand.execute(arguments.toArray(new String[0])) == OK;
    }

    private static void next() {
        say("");
        say("    Next: read README.md; start your own configuration from config/replicator.conf;");
        say("          run mvn -Pdemo -Ddemo.duration=5m, and look at /metrics meanwhile.");
        say("");
    }

    private void stage(String text) {
        stage++;
        say("");
        say(stage + ". " + text);
    }

    private static void event(Duration elapsed, String text) {
        say(String.format(Locale.ROOT, "    %3d s  %s", elapsed.toSeconds(), text));
    }

    private static void detail(String format, Object... values) {
        say("    " + String.format(Locale.ROOT, format, values));
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    private static void say(String text) {
        System.err.println(text);
    }
}
