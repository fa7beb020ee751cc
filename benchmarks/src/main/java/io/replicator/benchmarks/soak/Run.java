package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.compare.Equality;
import io.replicator.benchmarks.compare.RecordsDigest;
import io.replicator.benchmarks.compare.Tally;
import io.replicator.benchmarks.daemon.Await;
import io.replicator.benchmarks.daemon.Instance;
import io.replicator.testkit.data.LiveLoad;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Runs one scenario from its first record to its verdict: its topics, its load, its instances, and its random numbers. */
final class Run implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    private static final Duration VERIFY_PATIENCE = Duration.ofMinutes(10);
    private static final List<String> NAMES = List.of("one", "two", "three");
    private static final String RECOVERED = "replicator_recovered_records_total";
    private static final String AMBIGUOUS = "replicator_recovered_ambiguous_total";

    /** Lines of the daemon's log that must not appear, whatever fails around it. */
    private static final Pattern NEVER = Pattern.compile(
            "a lane failed|a lane did not close|the control plane failed|the pulse failed|AssertionError|IllegalState");

    private final Scenario scenario;
    private final Stage stage;
    private final Path distribution;
    private final Path directory;
    private final Path file;
    private final long seed;
    private final Random random;
    private final long startNanos = System.nanoTime();
    private final List<LiveLoad.Running> loads = new ArrayList<>();
    private final List<Instance> instances = new ArrayList<>();
    private final List<Integer> order = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final Positions positions;
    private int strikes;
    private double recovered;
    private double ambiguous;

    private Run(Scenario scenario, Stage stage, Path distribution, Path directory, long seed) {
        this.scenario = scenario;
        this.stage = stage;
        this.distribution = distribution;
        this.directory = directory;
        this.file = directory.resolve("replicator.conf");
        this.seed = seed;
        this.random = new Random(seed);
        this.positions = new Positions(stage, instances, topicNames());
    }

    /**
     * Runs a scenario.
     *
     * @param distribution the directory of the daemon's distribution
     * @param directory for the daemon's configuration and logs
     * @param strikes how often the trouble strikes
     * @param settings of the daemon, as {@code key=value}
     */
    static Verdict play(
            Scenario scenario,
            Stage stage,
            Path distribution,
            Path directory,
            int strikes,
            long seed,
            List<String> settings) {
        try (Run run = new Run(scenario, stage, distribution, Files.createDirectories(directory), seed)) {
            run.begin(settings);
            for (int i = 0; i < strikes; i++) {
                run.strike();
            }
            return run.end();
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " cannot be written", e);
        }
    }

    private void begin(List<String> settings) throws IOException {
        Files.writeString(file, configuration());
        for (SoakTopic topic : scenario.topics()) {
            stage.source().createTopic(name(topic), topic.partitions(), topic.sourceSettings());
            // Created here, so that the target is never compacted and every written record can be counted.
            stage.target().createTopic(name(topic), topic.partitions());
            loads.add(topic.load()
                    .apply(LiveLoad.to(stage.source(), name(topic)).seed(seed))
                    .start());
        }
        for (int i = 0; i < scenario.instances(); i++) {
            Instance instance = new Instance(NAMES.get(i), distribution, file, directory).withAssertions();
            scenario.settings().forEach(instance::with);
            settings.forEach(instance::with);
            instances.add(instance);
            instance.start();
        }
        awaitEveryPartitionGrows();
        awaitAllServe();
    }

    private void strike() {
        strikes++;
        try {
            scenario.trouble().strike(this);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "%s, strike %d, seed %d: %s".formatted(scenario.label(), strikes, seed, e.getMessage()), e);
        }
        for (Instance instance : instances) {
            reviveIfDead(instance);
        }
    }

    private Verdict end() {
        loads.forEach(LiveLoad.Running::stop);
        positions.awaitAllCopied(PATIENCE);
        instances.forEach(this::stop);
        Tally.Counts counts = Tally.Counts.none();
        for (SoakTopic topic : scenario.topics()) {
            counts = counts.plus(count(topic));
        }
        instances.stream()
                .flatMap(Instance::lines)
                .filter(line -> NEVER.matcher(line).find())
                .forEach(broken::add);
        return new Verdict(
                scenario,
                strikes,
                seed,
                counts,
                scenario.equalTopics().flatMap(this::differences).toList(),
                verify(),
                broken,
                positions.slow(),
                Math.round(recovered),
                Math.round(ambiguous),
                (System.nanoTime() - startNanos) / 1e9);
    }

    private Tally.Counts count(SoakTopic topic) {
        Map<String, Object> source = stage.source().adminProperties();
        Map<String, Object> target = stage.target().adminProperties();
        return topic.isCompacted()
                ? Tally.ofCompacted(source, name(topic), target, name(topic))
                : Tally.of(source, name(topic), target, name(topic));
    }

    /** Compares what a read_committed consumer reads from the source with what a default consumer reads from the target. */
    private Stream<String> differences(SoakTopic topic) {
        Map<String, Object> source = new HashMap<>(stage.source().adminProperties());
        source.put("isolation.level", "read_committed");
        Map<String, Object> target = stage.target().adminProperties();
        Map<Integer, RecordsDigest.Result> wanted = Equality.digest(source, name(topic));
        Map<Integer, RecordsDigest.Result> found = Equality.digest(target, name(topic));
        return wanted.keySet().stream()
                .filter(partition -> !wanted.get(partition).equals(found.get(partition)))
                .map(partition -> name(topic) + ": "
                        + Equality.firstDifference(source, name(topic), target, name(topic), partition)
                                .orElse("partition " + partition));
    }

    private int verify() {
        List<String> command = new ArrayList<>(List.of(
                distribution.resolve("bin/replicator").toString(), "verify", "-c", file.toString(), "--threads", "2"));
        scenario.equalTopics().forEach(topic -> command.addAll(List.of("--topic", name(topic))));
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("verify.log").toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Process process = builder.start();
            if (!process.waitFor(VERIFY_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("replicator verify does not end");
            }
            return process.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException("replicator verify cannot be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    Stage stage() {
        return stage;
    }

    int instances() {
        return scenario.instances();
    }

    Instance instance(int number) {
        return instances.get(number);
    }

    /** The names of all topics, the same on both clusters. */
    List<String> topicNames() {
        return scenario.topics().stream().map(this::name).toList();
    }

    /** A random number from 0 to below the bound. */
    int random(int bound) {
        return random.nextInt(bound);
    }

    /** True with this probability. */
    boolean chance(double share) {
        return random.nextDouble() < share;
    }

    /** One of so many kinds; all of them come once, in random order, before one comes again. */
    int nextOf(int kinds) {
        if (order.isEmpty()) {
            IntStream.range(0, kinds).forEach(order::add);
            Collections.shuffle(order, random);
        }
        return order.remove(0);
    }

    /** Kills an instance, after reading how many records it has recovered. */
    void kill(Instance instance) {
        look(instance);
        instance.kill();
    }

    /** Stops an instance as an operator would. */
    void stop(Instance instance) {
        look(instance);
        instance.stop();
    }

    private void look(Instance instance) {
        recovered += instance.metric(RECOVERED);
        ambiguous += instance.metric(AMBIGUOUS);
    }

    private void reviveIfDead(Instance instance) {
        if (!instance.isAlive()) {
            broken.add("strike " + strikes + ": " + instance.name() + " ended by itself; " + instance.lastOfLog());
            instance.start();
        }
    }

    /** Waits until the target has so many more records. */
    void awaitGrowth(int records) {
        positions.awaitGrowth(records, PATIENCE);
    }

    /** Waits until the copy of every partition has passed the current end of the source. */
    void awaitEveryPartitionGrows() {
        positions.awaitBeyondNow(PATIENCE);
    }

    /** Waits until every instance is ready. */
    void awaitAllServe() {
        for (Instance instance : instances) {
            Await.until(
                    PATIENCE,
                    () -> instance.isReady() || !instance.isAlive(),
                    () -> instance.name() + " does not become ready; " + instance.lastOfLog());
        }
    }

    private String name(SoakTopic topic) {
        return scenario.label() + "." + topic.label();
    }

    private String configuration() {
        return """
                replicator {
                  clusters {
                    source { bootstrap-servers = "%s" }
                    target { bootstrap-servers = "%s" }
                  }
                  flows {
                    %s { source = source, target = target, topics { select = [%s], refresh-interval = 1s } }
                  }
                }
                """.formatted(
                        stage.source().bootstrapServers(),
                        stage.target().bootstrapServers(),
                        scenario.label(),
                        topicNames().stream().map(name -> '"' + name + '"').collect(Collectors.joining(", ")));
    }

    @Override
    public void close() {
        loads.forEach(LiveLoad.Running::close);
        instances.forEach(Instance::close);
        positions.close();
    }
}
