package io.replicator.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A broker that is a child process. */
final class LocalBroker implements KafkaBroker {
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(20);

    private final LocalCluster cluster;
    private final BrokerNode node;
    private final Path directory;
    private final Optional<TcpProxy> proxy;
    private Process process;
    private Process freezer;

    LocalBroker(LocalCluster cluster, BrokerNode node, Path directory, Optional<TcpProxy> proxy) {
        this.cluster = cluster;
        this.node = node;
        this.directory = directory;
        this.proxy = proxy;
    }

    @Override
    public int id() {
        return node.id();
    }

    @Override
    public String host(String listener) {
        return node.endpoint(listener).host();
    }

    @Override
    public int port(String listener) {
        return node.endpoint(listener).port();
    }

    @Override
    public Optional<TcpProxy> proxy() {
        return proxy;
    }

    @Override
    public synchronized void start() {
        if (isRunning()) {
            throw new IllegalStateException(this + " runs already");
        }
        cluster.restart(this);
    }

    @Override
    public void stop() {
        stop(STOP_PATIENCE);
    }

    /** Stops the broker, and kills it when it has not ended in this time. */
    synchronized void stop(Duration patience) {
        if (isRunning()) {
            resume();
            // Not Process.destroy(): it closes the child's standard input, which means that its owner is dead.
            process.toHandle().destroy();
            if (!endsWithin(patience)) {
                kill();
            }
        }
    }

    @Override
    public synchronized void kill() {
        if (isRunning()) {
            process.toHandle().destroyForcibly();
            if (!endsWithin(KILL_PATIENCE)) {
                throw new IllegalStateException(this + " cannot be killed");
            }
            resume();
        }
    }

    /**
     * A shell stops the process and holds it for as long as its own standard input is open. When our process dies, the
     * broker is woken, sees that its owner is gone, and ends: a stopped process alone would stay for ever.
     */
    @Override
    public synchronized void pause() {
        if (!isRunning()) {
            throw new IllegalStateException(this + " does not run");
        }
        if (freezer != null) {
            return;
        }
        String pid = Long.toString(process.pid());
        try {
            freezer = new ProcessBuilder("sh", "-c", "kill -STOP $0 && echo stopped; read -r _; kill -CONT $0", pid)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (freezer.getInputStream().read() != 's') {
                throw new IOException("no answer from the shell");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(this + " could not be paused", e);
        }
    }

    @Override
    public synchronized void resume() {
        if (freezer == null) {
            return;
        }
        try (OutputStream end = freezer.getOutputStream()) {
            end.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(this + " could not be resumed", e);
        }
        try {
            freezer.waitFor();
        } catch (InterruptedException e) {
            throw Interruption.of(e);
        }
        freezer = null;
    }

    @Override
    public synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    @Override
    public synchronized Optional<ProcessHandle> process() {
        return Optional.ofNullable(process).map(Process::toHandle).filter(ProcessHandle::isAlive);
    }

    @Override
    public List<Path> logs() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    Path directory() {
        return directory;
    }

    /** Starts the process, and does not wait for what it does. */
    synchronized void launch(List<String> command) {
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(console().toFile()))
                    .redirectError(ProcessBuilder.Redirect.appendTo(console().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(this + " could not be started", e);
        }
    }

    /** Sends the signal that nobody survives, and does not wait. */
    synchronized void signalKill() {
        if (isRunning()) {
            process.toHandle().destroyForcibly();
        }
    }

    private Path console() {
        return directory.resolve("console.log");
    }

    private boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw Interruption.of(e);
        }
    }

    @Override
    public String toString() {
        return cluster.name() + " broker " + id();
    }
}
