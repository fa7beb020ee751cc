package io.replicator.benchmarks.race;

import io.replicator.testkit.KafkaCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * MirrorMaker 2 in dedicated mode, one process, with the JVM options of its own start scripts
 * ({@code connect-mirror-maker.sh}, {@code kafka-run-class.sh}).
 */
enum MirrorMaker implements Contender {
    /** The defaults; only the replication factors of its internal topics are those that a cluster of this size can have. */
    DEFAULTS("mm2-defaults") {
        @Override
        void tune(Properties properties, Task task) {}
    },

    /**
     * Tuned for throughput: a task for each core, idempotent with five requests in flight, batches of 1 MiB with the
     * source's compression, large fetches, and everything disabled that is not needed to copy records.
     */
    TUNED("mm2-tuned") {
        @Override
        void tune(Properties properties, Task task) {
            leaveOut(properties, task);
            set(properties, target(task) + ".producer.", """
                    enable.idempotence=true
                    acks=all
                    max.in.flight.requests.per.connection=5
                    batch.size=1048576
                    linger.ms=50
                    buffer.memory=134217728
                    max.request.size=8388608
                    send.buffer.bytes=-1
                    """);
            properties.setProperty(target(task) + ".producer.compression.type", task.codec());
            set(properties, source(task) + ".consumer.", """
                    fetch.min.bytes=1048576
                    fetch.max.wait.ms=100
                    fetch.max.bytes=67108864
                    max.partition.fetch.bytes=8388608
                    max.poll.records=20000
                    receive.buffer.bytes=-1
                    """);
        }
    },

    /** Tuned for exact and recent positions: everything that its settings offer for them, every second. */
    TUNED_FOR_GROUPS("mm2-groups") {
        @Override
        void tune(Properties properties, Task task) {
            properties.setProperty("tasks.max", Integer.toString(TASKS));
            set(properties, source(task) + "->" + target(task) + ".", """
                    emit.checkpoints.enabled=true
                    emit.checkpoints.interval.seconds=1
                    sync.group.offsets.enabled=true
                    sync.group.offsets.interval.seconds=1
                    refresh.groups.interval.seconds=1
                    offset.lag.max=0
                    groups=.*
                    """);
            properties.setProperty("offset.flush.interval.ms", "1000");
        }
    },

    /** Tuned for latency: no linger time, and no minimum fetch size. */
    TUNED_FOR_LATENCY("mm2-latency") {
        @Override
        void tune(Properties properties, Task task) {
            leaveOut(properties, task);
            set(properties, target(task) + ".producer.", """
                    enable.idempotence=true
                    acks=all
                    max.in.flight.requests.per.connection=5
                    batch.size=1048576
                    linger.ms=0
                    """);
            set(properties, source(task) + ".consumer.", """
                    fetch.min.bytes=1
                    max.poll.records=20000
                    """);
        }
    };

    private static final int TASKS = Runtime.getRuntime().availableProcessors();

    private final String label;

    MirrorMaker(String label) {
        this.label = label;
    }

    abstract void tune(Properties properties, Task task);

    @Override
    public String label() {
        return label;
    }

    @Override
    public String targetTopic(Task task) {
        return source(task) + "." + task.topic();
    }

    @Override
    public String leftovers(Task task) {
        // The names of Connect's and MirrorMaker's topics contain one or the other alias.
        return ".*(%s|%s).*".formatted(source(task), target(task));
    }

    @Override
    public List<String> prepare(Task task, Path directory) {
        String source = source(task);
        String target = target(task);
        Properties properties = new Properties();
        properties.setProperty("clusters", source + ", " + target);
        connect(properties, source, task.arena().source());
        connect(properties, target, task.arena().target());
        properties.setProperty(source + "->" + target + ".enabled", "true");
        properties.setProperty(source + "->" + target + ".topics", task.topic());
        String replicas = Integer.toString(task.arena().target().brokers().size());
        for (String topic : List.of("", "offset-syncs.topic.", "checkpoints.topic.", "heartbeats.topic.")) {
            properties.setProperty(topic + "replication.factor", replicas);
        }
        for (String storage : List.of("offset", "status", "config")) {
            properties.setProperty(storage + ".storage.replication.factor", replicas);
        }
        tune(properties, task);
        Path file = directory.resolve("mm2.properties");
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
            Files.writeString(directory.resolve("logback.xml"), LOGBACK);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
        return command(directory, file);
    }

    private static final String LOGBACK = """
            <configuration>
              <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%date %-5level %logger{0} %message%n</pattern></encoder>
              </appender>
              <root level="WARN"><appender-ref ref="console"/></root>
            </configuration>
            """;

    private static List<String> command(Path directory, Path properties) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xms256M", "-Xmx2G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"));
        command.addAll(List.of("-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent"));
        command.addAll(List.of("-Djava.awt.headless=true", "-XX:-UsePerfData", "-Dlog4j2.level=OFF"));
        command.add("-Djava.io.tmpdir=" + directory);
        command.add("-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider");
        command.add("-Dlogback.configurationFile=" + directory.resolve("logback.xml"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("org.apache.kafka.connect.mirror.MirrorMaker", properties.toString()));
        return command;
    }

    private static void connect(Properties properties, String alias, KafkaCluster cluster) {
        cluster.clientProperties().forEach((key, value) -> properties.setProperty(alias + "." + key, value.toString()));
    }

    /** Tuned runs disable heartbeats and checkpoints, which Replicator does not write here either. */
    private static void leaveOut(Properties properties, Task task) {
        properties.setProperty("tasks.max", Integer.toString(TASKS));
        properties.setProperty("emit.heartbeats.enabled", "false");
        properties.setProperty("emit.checkpoints.enabled", "false");
        properties.setProperty("sync.group.offsets.enabled", "false");
        properties.setProperty(target(task) + "->" + source(task) + ".emit.heartbeats.enabled", "false");
    }

    private static void set(Properties properties, String prefix, String lines) {
        lines.lines().forEach(line -> {
            int equals = line.indexOf('=');
            properties.setProperty(prefix + line.substring(0, equals), line.substring(equals + 1));
        });
    }

    /** Each task has its own aliases: MirrorMaker finds no offsets of an earlier task, and prefixes the topic with the alias. */
    private static String source(Task task) {
        return "from" + task.id();
    }

    private static String target(Task task) {
        return "to" + task.id();
    }
}
