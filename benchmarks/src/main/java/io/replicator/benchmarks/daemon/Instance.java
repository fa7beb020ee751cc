package io.replicator.benchmarks.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One instance of the daemon. It can be killed, frozen, continued, stopped and restarted, with the same name and the same file.
 * Its process ends when ours ends, even when we are killed.
 * One thread.
 */
public final class Instance implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("address=(127\\.0\\.0\\.1:\\d+)");
    private static final Duration END_PATIENCE = Duration.ofSeconds(60);
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(2);
    private static final int LOG_LINES = 40;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(ANSWER_PATIENCE).build();

    private final String name;
    private final List<String> command;
    private final Path directory;
    private final List<String> javaOptions = new ArrayList<>(List.of("-XX:-UsePerfData"));
    private Process process;
    private Process guard;
    private int lives;
    private boolean frozen;

    /**
     * @param name the value of {@code instance} in its configuration
     * @param distribution its directory
     * @param file the configuration
     * @param directory for its logs
     */
    public Instance(String name, Path distribution, Path file, Path directory) {
        this.name = name;
        this.directory = directory;
        this.command = new ArrayList<>(List.of(
                distribution.resolve("bin/replicator").toString(),
                "run",
                "-c",
                file.toString(),
                "-D",
                "replicator.instance=" + name,
                "-D",
                "replicator.admin.listen=127.0.0.1:0"));
    }

    /** Adds a setting, as {@code key=value}, from the next start on. */
    public Instance with(String setting) {
        command.addAll(List.of("-D", setting));
        return this;
    }

    /** Enables the engine's assertions from the next start on: a failed one ends a lane. */
    public Instance withAssertions() {
        javaOptions.add("-ea");
        return this;
    }

    /** Starts its process, without waiting for anything. */
    public void start() {
        if (isAlive()) {
            throw new IllegalStateException(name + " is already running");
        }
        lives++;
        frozen = false;
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().put("REPLICATOR_JAVA_OPTS", String.join(" ", javaOptions));
            process = builder.start();
            // Our end of its standard input closes when our process ends, however it does.
            guard = new ProcessBuilder("sh", "-c", "read -r _; kill -9 $0", Long.toString(process.pid())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be started", e);
        }
    }

    /** The name. */
    public String name() {
        return name;
    }

    /** Whether its process exists, even if it is frozen. */
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Its process since the last start. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** Kills it (SIGKILL); it has ended when this returns. */
    public void kill() {
        if (isAlive()) {
            process.destroyForcibly();
            awaitEnd();
        }
    }

    /** Freezes it (SIGSTOP): its connections stay open, but it does nothing. */
    public void freeze() {
        signal("STOP");
        frozen = true;
    }

    /** Continues it (SIGCONT). */
    public void wake() {
        frozen = false;
        signal("CONT");
    }

    /** Stops it (SIGTERM), and fails unless it stops cleanly. */
    public void stop() {
        process.destroy();
        awaitEnd();
        if (process.exitValue() != 0) {
            throw new IllegalStateException(
                    name + " ended with " + process.exitValue() + " when it was asked to stop\n" + lastOfLog());
        }
    }

    /** The answer of {@code /api/status}; empty while it does not answer. */
    public Optional<JsonNode> status() {
        return get("/api/status").map(text -> {
            try {
                return JSON.readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException(name + " does not answer with JSON: " + text, e);
            }
        });
    }

    /** Whether {@code /health/ready} answers that it is. */
    public boolean isReady() {
        return get("/health/ready").isPresent();
    }

    /** The sum of all series of a metric; 0 while it does not answer. */
    public double metric(String metric) {
        return get("/metrics").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** The last lines that it printed since its last start. */
    public String lastOfLog() {
        try {
            List<String> lines = Files.readAllLines(log());
            return log() + ":\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return log() + " cannot be read: " + e;
        }
    }

    /** Everything that it printed since its first start. */
    public Stream<String> lines() {
        return Stream.iterate(1, life -> life <= lives, life -> life + 1).flatMap(life -> {
            try {
                return Files.readAllLines(log(life)).stream();
            } catch (IOException e) {
                throw new UncheckedIOException(log(life) + " cannot be read", e);
            }
        });
    }

    /** Ends it, in whatever state it is. */
    @Override
    public void close() {
        kill();
    }

    private Optional<String> get(String path) {
        Optional<String> address = address();
        if (frozen || !isAlive() || address.isEmpty()) {
            return Optional.empty();
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address.get() + path))
                .timeout(ANSWER_PATIENCE)
                .build();
        try {
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<String> address() {
        try {
            Matcher address = ADDRESS.matcher(Files.readString(log()));
            return address.find() ? Optional.of(address.group(1)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(log() + " cannot be read", e);
        }
    }

    private Path log() {
        return log(lives);
    }

    private Path log(int life) {
        return directory.resolve("%s-%03d.log".formatted(name, life));
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
            if (!kill.waitFor(END_PATIENCE.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
                throw new IllegalStateException(name + " cannot be sent SIG" + signal);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be sent SIG" + signal, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(END_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " does not end, process " + process.pid() + "\n" + lastOfLog());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            // Before another process can get the same process id; and not with Process.destroy(), which first closes
            // its input.
            guard.toHandle().destroyForcibly();
        }
    }
}
