package io.replicator.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Controls the load's JVM: sends a command and waits for the answer. One thread. */
final class Traffic implements AutoCloseable {
    /** The last lines that it printed, for an error message. */
    private static final int MAX_LINES = 20;

    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;

    private Traffic(Process process) {
        this.process = process;
        this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts the process; it waits for commands. */
    static Traffic to(String bootstrapServers) {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                LoadProcess.class.getName(),
                bootstrapServers);
        try {
            return new Traffic(
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new UncheckedIOException("the load could not be started", e);
        }
    }

    void backlog() {
        send(LoadProcess.BACKLOG);
    }

    void run() {
        send(LoadProcess.RUN);
    }

    void add(DemoTopic topic) {
        send(LoadProcess.ADD + topic.topic());
    }

    /** Returns when all records are acknowledged. */
    void stop() {
        send(LoadProcess.STOP);
    }

    private void send(String command) {
        commands.println(command);
        Deque<String> printed = new ArrayDeque<>();
        try {
            String answer = answers.readLine();
            while (answer != null && !answer.equals(LoadProcess.DONE)) {
                printed.addLast(answer);
                if (printed.size() > MAX_LINES) {
                    printed.removeFirst();
                }
                answer = answers.readLine();
            }
            if (answer == null) {
                throw new IllegalStateException(
                        "the load ended at '" + command + "'; it printed:\n" + String.join("\n", printed));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the load does not answer", e);
        }
    }

    /** Kills it, unless it has ended. */
    @Override
    public void close() {
        process.toHandle().destroyForcibly();
    }
}
