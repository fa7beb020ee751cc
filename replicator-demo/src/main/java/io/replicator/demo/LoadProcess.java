package io.replicator.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The main class of the load's JVM. It reads commands from standard input, one per line, and answers each with a line. Each
 * topic has its own thread. When standard input ends, the parent process has died, and it halts.
 *
 * <pre>
 *   backlog        writes the backlog of the first topics
 *   run            writes to them at their rates from now on
 *   add TOPIC      writes to this topic too
 *   stop           exits when all records are acknowledged
 * </pre>
 */
public final class LoadProcess {
    static final String BACKLOG = "backlog";
    static final String RUN = "run";
    static final String ADD = "add ";
    static final String STOP = "stop";
    static final String DONE = "done";

    private final String bootstrapServers;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<TopicWriter> writers = new ArrayList<>();
    private final List<Future<?>> running = new ArrayList<>();

    private LoadProcess(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /** Its argument is the cluster's bootstrap servers. */
    public static void main(String[] arguments) throws IOException, InterruptedException, ExecutionException {
        LoadProcess load = new LoadProcess(arguments[0]);
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String command = commands.readLine();
        while (command != null) {
            load.execute(command);
            System.out.println(DONE);
            if (command.equals(STOP)) {
                System.exit(0);
            }
            command = commands.readLine();
        }
        Runtime.getRuntime().halt(1);
    }

    private void execute(String command) throws InterruptedException, ExecutionException {
        if (command.equals(BACKLOG)) {
            DemoTopic.FIRST.forEach(topic -> writers.add(new TopicWriter(topic, bootstrapServers)));
            List<Future<?>> backlogs = new ArrayList<>();
            writers.forEach(writer -> backlogs.add(threads.submit(writer::backlog)));
            await(backlogs);
        } else if (command.equals(RUN)) {
            writers.forEach(this::run);
        } else if (command.startsWith(ADD)) {
            TopicWriter writer = new TopicWriter(DemoTopic.named(command.substring(ADD.length())), bootstrapServers);
            writers.add(writer);
            run(writer);
        } else if (command.equals(STOP)) {
            stop.countDown();
            await(running);
            writers.forEach(TopicWriter::close);
        } else {
            throw new IllegalArgumentException("unknown command: " + command);
        }
    }

    private void run(TopicWriter writer) {
        running.add(threads.submit(() -> {
            writer.writeUntil(stop);
            return null;
        }));
    }

    private static void await(List<Future<?>> work) throws InterruptedException, ExecutionException {
        for (Future<?> each : work) {
            each.get();
        }
    }
}
