package io.replicator.it;

import io.replicator.Replicator;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.TransactionBounds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An engine in a JVM of its own, to be killed. It ends with the process that started it. */
public final class EngineProcess implements AutoCloseable {
    private final Process process;

    private EngineProcess(Process process) {
        this.process = process;
    }

    /**
     * The process: an engine with one flow, until standard input ends.
     *
     * @param arguments name of the flow, source and its bootstrap servers, target and its bootstrap servers, topic,
     *     milliseconds between saves, delivery, milliseconds of a transaction and its most bytes
     */
    public static void main(String[] arguments) throws IOException {
        FlowConfig flow = Flows.flow(
                arguments[0],
                new ClusterConfig(arguments[1], arguments[2], Map.of()),
                new ClusterConfig(arguments[3], arguments[4], Map.of()),
                arguments[5]);
        var bounds =
                new TransactionBounds(Duration.ofMillis(Long.parseLong(arguments[8])), Long.parseLong(arguments[9]));
        FlowConfig delivering = Flows.with(Flows.with(flow, bounds), Delivery.valueOf(arguments[7]));
        Replicator replicator = Flows.start(delivering, Duration.ofMillis(Long.parseLong(arguments[6])));
        int said;
        do {
            said = System.in.read();
        } while (said >= 0);
        replicator.close();
    }

    /** Starts the engine in a JVM with this one's class path. */
    public static EngineProcess start(FlowConfig flow, String topic, Path log) {
        return start(flow, topic, Flows.PROGRESS_INTERVAL, log);
    }

    /** The same, with another time between saves. */
    public static EngineProcess start(FlowConfig flow, String topic, Duration progressInterval, Path log) {
        try {
            return new EngineProcess(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx192m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-ea",
                            "-cp",
                            System.getProperty("java.class.path"),
                            EngineProcess.class.getName(),
                            flow.name(),
                            flow.source().name(),
                            flow.source().bootstrapServers(),
                            flow.target().name(),
                            flow.target().bootstrapServers(),
                            topic,
                            Long.toString(progressInterval.toMillis()),
                            flow.delivery().name(),
                            Long.toString(flow.transaction().interval().toMillis()),
                            Long.toString(flow.transaction().maxBytes()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Ends the engine at once (SIGKILL). */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("process " + process.pid() + " cannot be killed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
