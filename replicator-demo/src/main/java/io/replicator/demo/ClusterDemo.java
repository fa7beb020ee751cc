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
 * The story, from two empty clusters to a verified copy. What it tells goes to stderr, the findings to stdout.
 *
 * <p>Its only promise: exit code 0 means that all that the load wrote was copied and that {@code verify} found it equal.
 */
public final class ClusterDemo implements Demo {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 64;
    private static final int INTERRUPTED = 130;

    private static final long LOOK_MILLIS = 250;
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

    /** Tells it all, and leaves nothing behind however it ends. */
    int run(DemoSettings settings) {
        prepareJvm();
        Interrupt interrupt = Interrupt.install();
        try (Playground playground = clusters()) {
            return tell(settings, playground);
        } catch (InterruptedException e) {
            return INTERRUPTED;
        } catch (BadSettingsException e) {
            e.lines().forEach(System.err::println);
            return FAILED;
        } catch (IOException | RuntimeException e) {
            if (Thread.interrupted()) {
                // What waits deep inside says so in its own words.
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
            throw new UncheckedIOException("java.io.tmpdir cannot be made", e);
        }
        if (System.getProperty("replicator.terminal") == null) {
            System.setProperty("replicator.terminal", Boolean.toString(isTerminal()));
        }
    }

    /** Whether stderr is a terminal: a JVM cannot tell, a shell can. */
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
        say("Replicator demo: one Kafka cluster is copied to another while it is written.");
        stage("Starting two Kafka clusters, east and west, of one broker each");
        long startNanos = System.nanoTime();
        Playground playground = Playground.open();
        detail(
                "ready in %.1f s; east at %s, west at %s",
                secondsSince(startNanos),
                playground.east().bootstrapServers(),
                playground.west().bootstrapServers());
        return playground;
    }

    private int tell(DemoSettings settings, Playground playground)
            throws InterruptedException, BadSettingsException, IOException {
        stage("Filling east: "
                + String.join(
                        ", ", DemoTopic.FIRST.stream().map(DemoTopic::topic).toList()));
        long fillNanos = System.nanoTime();
        DemoTopic.FIRST.forEach(playground::create);
        playground.traffic().backlog();
        playground.warmUp();
        SourceEnds backlog = SourceEnds.of(playground.east(), DemoTopic.FIRST);
        detail(
                "a backlog of %,d offsets was written in %.1f s",
                backlog.ends().values().stream().mapToLong(Long::longValue).sum(), secondsSince(fillNanos));

        stage("Starting the daemon: replicator run -c config/demo.conf");
        detail(
                "east is written for %s more",
                Quantity.duration(settings.duration().toSeconds()));
        List<String> overrides = overrides(playground);
        long cpuNanos = process.getProcessCpuTime();
        long startNanos = System.nanoTime();
        Daemon daemon = Daemon.start(SettingsFile.read(settings.config(), overrides));
        detail("http://127.0.0.1:%d has /metrics, /api/status and /health/ready", daemon.adminPort());
        Optional.ofNullable(System.getProperty("demo.log"))
                .map(Path::of)
                .ifPresent(log ->
                        detail("its log: %s", Path.of("").toAbsolutePath().relativize(log)));
        Watching watching = watch(daemon, playground, backlog, settings.duration(), startNanos);
        Duration time = Duration.ofNanos(System.nanoTime() - startNanos);
        Duration cpu = Duration.ofNanos(process.getProcessCpuTime() - cpuNanos);
        // Not closed when interrupted: the clusters go first then, and there is nothing left to save.
        daemon.close();
        if (!watching.missing().isEmpty()) {
            say("Not everything was copied within " + CATCH_UP_PATIENCE.toSeconds() + " s of the load's end:");
            watching.missing().forEach(line -> detail("%s", line));
            return FAILED;
        }

        stage("Verifying: replicator verify -c config/demo.conf");
        boolean isEqual = verify(settings.config(), overrides);

        stage("Summary");
        Histogram live = watching.flow().latencies().replicationMicros().copy();
        live.subtract(watching.settled().latencies().replicationMicros());
        new Summary(
                        watching.flow(),
                        TopicSum.of(watching.backlogDone().partitions()).records(),
                        watching.backlogTime(),
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

    /** What was seen while the flow ran. */
    private record Watching(
            FlowStatus backlogDone, Duration backlogTime, FlowStatus settled, FlowStatus flow, List<String> missing) {}

    private Watching watch(Daemon daemon, Playground playground, SourceEnds backlog, Duration duration, long startNanos)
            throws InterruptedException {
        playground.traffic().run();
        boolean grown = false;
        boolean created = false;
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
                if (!grown && elapsed.multipliedBy(3).compareTo(duration) >= 0) {
                    grown = true;
                    playground.grow(DemoTopic.CLICKS);
                    event(elapsed, "clicks has one partition more on east: the flow will follow");
                }
                if (!created && elapsed.multipliedBy(2).compareTo(duration) >= 0) {
                    created = true;
                    playground.create(DemoTopic.RETURNS);
                    playground.traffic().add(DemoTopic.RETURNS);
                    event(elapsed, "a new topic on east, returns: the flow will create it on west");
                }
                if (ends.isEmpty() && elapsed.compareTo(duration) >= 0) {
                    playground.traffic().stop();
                    ends = Optional.of(SourceEnds.of(playground.east(), DemoTopic.ALL));
                    event(elapsed, "the load has stopped; waiting until all is copied");
                }
                view.show(flow, activity(elapsed, duration), nowNanos);
                if (ends.isPresent()) {
                    boolean isOver = elapsed.minus(duration).compareTo(CATCH_UP_PATIENCE) >= 0;
                    if (ends.get().reachedBy(flow) || isOver) {
                        event(elapsed, isOver ? "giving up" : "all is copied");
                        return new Watching(
                                backlogDone.orElse(flow),
                                backlogTime,
                                settled.orElse(flow),
                                flow,
                                new ArrayList<>(ends.get().missing(flow)));
                    }
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
    }

    private static String activity(Duration elapsed, Duration duration) {
        return elapsed.compareTo(duration) < 0
                ? "the load goes on for "
                        + Quantity.duration(duration.minus(elapsed).toSeconds() + 1) + "; Ctrl-C ends the demo"
                : "waiting until all is copied";
    }

    private static boolean verify(Path config, List<String> overrides) {
        List<String> arguments = new ArrayList<>(List.of("verify", "-c", config.toString()));
        overrides.forEach(override -> arguments.addAll(List.of("-D", override)));
        return ReplicatorCommand.execute(arguments.toArray(new String[0])) == OK;
    }

    private static void next() {
        say("");
        say("    Next: README.md; config/replicator.conf, to start your own from;");
        say("          mvn -Pdemo -Ddemo.duration=5m, and a look at /metrics meanwhile.");
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
