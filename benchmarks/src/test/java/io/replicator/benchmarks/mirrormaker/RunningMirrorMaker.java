package io.replicator.benchmarks.mirrormaker;

import io.replicator.testkit.KafkaCluster;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** A real MirrorMaker 2 in dedicated mode, as a process of its own. */
final class RunningMirrorMaker implements AutoCloseable {
    private static final long STOP_SECONDS = 60;

    private static final String LOGBACK = """
            <configuration>
              <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%date %-5level %logger{0} %message%n</pattern></encoder>
              </appender>
              <root level="WARN"><appender-ref ref="console"/></root>
            </configuration>
            """;

    private final Process process;

    private RunningMirrorMaker(Process process) {
        this.process = process;
    }

    /**
     * Starts one that copies from the source to the target.
     *
     * @param more what its file says beside where the clusters are
     */
    static RunningMirrorMaker start(KafkaCluster source, KafkaCluster target, Path directory, Map<String, String> more)
            throws IOException {
        Path file = directory.resolve("mm2.properties");
        try (Writer out = Files.newBufferedWriter(file)) {
            properties(source, target, more).store(out, null);
        }
        Path logback = directory.resolve("logback.xml");
        Files.writeString(logback, LOGBACK);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512M",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + directory,
                "-Dlog4j2.level=OFF",
                "-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider",
                "-Dlogback.configurationFile=" + logback,
                "-cp",
                System.getProperty("java.class.path"),
                "org.apache.kafka.connect.mirror.MirrorMaker",
                file.toString());
        return new RunningMirrorMaker(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("mm2.log").toFile())
                .start());
    }

    private static Properties properties(KafkaCluster source, KafkaCluster target, Map<String, String> more) {
        Properties properties = new Properties();
        properties.setProperty("clusters", source.name() + ", " + target.name());
        for (KafkaCluster cluster : List.of(source, target)) {
            cluster.clientProperties()
                    .forEach((key, value) -> properties.setProperty(cluster.name() + "." + key, value.toString()));
        }
        properties.setProperty(source.name() + "->" + target.name() + ".enabled", "true");
        properties.setProperty(target.name() + "->" + source.name() + ".emit.heartbeats.enabled", "false");
        for (String topic : List.of("", "offset-syncs.topic.", "checkpoints.topic.", "heartbeats.topic.")) {
            properties.setProperty(topic + "replication.factor", "1");
        }
        for (String storage : List.of("offset", "status", "config")) {
            properties.setProperty(storage + ".storage.replication.factor", "1");
        }
        properties.putAll(more);
        return properties;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** As an operator does: it commits how far it has come. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("MirrorMaker 2 did not stop");
        }
    }

    /** In the middle of its work. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
