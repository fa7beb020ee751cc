package io.replicator.benchmarks.race;

import io.replicator.benchmarks.race.Contender.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One copy by one contender, from the start of its process until every record is on the target. */
final class Heat implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** A heat ends after this time, even when records are left: its speed is known then. */
    private static final Duration MAX_DURATION = Duration.ofSeconds(90);

    private static final Duration SETTLE = Duration.ofMillis(500);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);
    private static final int LOG_LINES = 30;

    private final Task task;
    private final Contender contender;
    private final Path log;
    private final Process process;
    private final TargetEnds ends;
    private final long startedNanos = System.nanoTime();

    private Heat(Task task, Contender contender, Path log, Process process) {
        this.task = task;
        this.contender = contender;
        this.log = log;
        this.process = process;
        this.ends = new TargetEnds(task.arena().target(), contender.targetTopic(task));
    }

    /** Starts the contender's process. */
    static Heat start(Contender contender, Task task, Path directory) {
        try {
            Path own = Files.createDirectories(directory.resolve(contender.label() + "-" + task.id()));
            Path log = own.resolve("output.log");
            ProcessBuilder builder = new ProcessBuilder(contender.prepare(task, own))
                    .directory(own.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            return new Heat(task, contender, log, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(contender.label() + " cannot be started", e);
        }
    }

    /** The process of this heat. */
    ProcessHandle process() {
        return process.toHandle();
    }

    /**
     * Waits until so many records are on the target, or the time is over; the result has the number of copied records.
     *
     * @param records to copy
     * @param bytes of their keys and values
     * @param pollMillis between two reads of the target's ends
     */
    HeatResult awaitCopied(String dataSet, int round, long records, long bytes, int pollMillis) {
        Mark first = null;
        Mark last = null;
        long settleNanos = Math.max(SETTLE.toNanos(), 2 * TimeUnit.MILLISECONDS.toNanos(pollMillis));
        long deadlineNanos = startedNanos + PATIENCE.toNanos();
        while (true) {
            long ended = ends.sum();
            long nowNanos = System.nanoTime();
            // Markers are written first, at most one in a partition; whatever is above that number must be records.
            if (first == null && ended > Math.min(ends.partitions(), records - 1)) {
                first = mark(ended, nowNanos);
            }
            boolean isLong = first != null && nowNanos - first.nanos() > MAX_DURATION.toNanos();
            if ((ended >= records || isLong) && (last == null || ended > last.ended())) {
                last = mark(ended, nowNanos);
            }
            // Markers count like records, so the last record has arrived when the ends no longer grow.
            if (first != null && last != null && (isLong || nowNanos - last.nanos() >= settleNanos)) {
                return result(dataSet, round, records, bytes, first, last);
            }
            if (!process.isAlive() || nowNanos > deadlineNanos) {
                throw new IllegalStateException("%s copied %d of %d records, then %s%n%s"
                        .formatted(
                                contender.label(),
                                ended,
                                records,
                                process.isAlive() ? "the time was over" : "its process ended",
                                lastOfLog()));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pollMillis));
        }
    }

    /** The progress of the copy at a moment, and the CPU time until then. */
    private record Mark(long ended, long nanos, Duration cpu, Duration brokerCpu) {}

    private Mark mark(long ended, long nowNanos) {
        return new Mark(
                ended, nowNanos, ProcessMeter.cpu(process()), task.arena().brokerCpu());
    }

    private HeatResult result(String dataSet, int round, long records, long bytes, Mark first, Mark last) {
        long copied = Math.min(last.ended(), records);
        return new HeatResult(
                dataSet,
                contender.label(),
                round,
                copied,
                Math.round((double) bytes * copied / records),
                seconds(first.nanos() - startedNanos),
                seconds(last.nanos() - startedNanos),
                copied - Math.min(first.ended(), records),
                seconds(last.nanos() - first.nanos()),
                seconds(last.cpu().toNanos()),
                seconds(last.cpu().minus(first.cpu()).toNanos()),
                seconds(last.brokerCpu().minus(first.brokerCpu()).toNanos()),
                ProcessMeter.peakMemoryBytes(process()),
                -1);
    }

    /** The share of one core that the process uses when there is nothing to copy. */
    double idleShare(Duration time) {
        Duration before = ProcessMeter.cpu(process());
        long fromNanos = System.nanoTime();
        LockSupport.parkNanos(time.toNanos());
        double used = seconds(ProcessMeter.cpu(process()).minus(before).toNanos());
        return used / seconds(System.nanoTime() - fromNanos);
    }

    /** The last lines that it printed. */
    String lastOfLog() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return log + " cannot be read: " + e;
        }
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    /** Ends the process; deletes nothing on the clusters. */
    @Override
    public void close() {
        ends.close();
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
