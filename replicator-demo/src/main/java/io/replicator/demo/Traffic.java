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

/** The load's JVM, seen from its owner: says a command and waits for the answer. One thread. */
final class Traffic implements AutoCloseable {
    /** What it printed last explains why it ended. */
    private static final int MAX_LINES = 20;

    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;

    private Traffic(Process process) {
        this.process = process;
        this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts the process; it is idle until it is told what to do. */
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
        say(LoadProcess.BACKLOG);
    }

    void run() {
        say(LoadProcess.RUN);
    }

    void add(DemoTopic topic) {
        say(LoadProcess.ADD + topic.topic());
    }

    /** Returns when all that was written is acknowledged. */
    void stop() {
        say(LoadProcess.STOP);
    }

    private void say(String command) {
        commands.println(command);
        Deque<String> said = new ArrayDeque<>();
        try {
            String answer = answers.readLine();
            while (answer != null && !answer.equals(LoadProcess.DONE)) {
                said.addLast(answer);
                if (said.size() > MAX_LINES) {
                    said.removeFirst();
                }
                answer = answers.readLine();
            }
            if (answer == null) {
                throw new IllegalStateException(
                        "the load ended at '" + command + "'; it said:\n" + String.join("\n", said));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the load does not answer", e);
        }
    }

    /** Ends it at once, unless it has ended. */
    @Override
    public void close() {
        process.toHandle().destroyForcibly();
    }
}
