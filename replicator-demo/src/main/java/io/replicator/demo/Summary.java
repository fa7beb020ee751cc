package io.replicator.demo;

import io.replicator.daemon.terminal.Quantity;
import io.replicator.flow.FlowStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * The results of the demo in a few lines.
 *
 * @param flow when everything was copied
 * @param backlogRecords copied until the backlog was done
 * @param backlogTime from the daemon's start to that moment
 * @param liveMicros from record timestamp to acknowledgement, of the records copied afterwards
 * @param cpu the process's CPU time
 * @param time for which the daemon ran
 * @param isEqual what verify found
 */
record Summary(
        FlowStatus flow,
        long backlogRecords,
        Duration backlogTime,
        Histogram liveMicros,
        Duration cpu,
        Duration time,
        boolean isEqual) {
    private static final double MILLION = 1_000_000;

    List<String> lines() {
        TopicSum sum = TopicSum.of(flow.partitions());
        BatchWays ways = BatchWays.of(flow);
        long topics =
                flow.partitions().stream().map(each -> each.topic()).distinct().count();
        List<String> lines = new ArrayList<>();
        lines.add(row(
                "Copied",
                String.format(
                        Locale.ROOT,
                        "%,d records, %.1f MB, in %d topics with %d partitions",
                        sum.records(),
                        sum.bytes() / MILLION,
                        topics,
                        sum.partitions())));
        lines.add(row(
                "Backlog",
                String.format(
                        Locale.ROOT,
                        "%,d records %.1f s after the daemon's start: %s records/s",
                        backlogRecords,
                        seconds(backlogTime),
                        Quantity.count(backlogRecords / Math.max(0.001, seconds(backlogTime))))));
        lines.add(row("Latency", latency()));
        lines.add(row(
                "Batches",
                String.format(
                        Locale.ROOT, "%,d copied unchanged, %,d small ones merged,", ways.passed(), ways.coalesced())));
        lines.add(row(
                "",
                String.format(
                        Locale.ROOT, "%,d decoded and rebuilt, such as where compaction left gaps", ways.rebuilt())));
        lines.add(row(
                "CPU",
                String.format(
                        Locale.ROOT,
                        "%.1f s in %.0f s, of the whole process with its start",
                        seconds(cpu),
                        seconds(time))));
        lines.add(row(
                "Verify",
                isEqual
                        ? "EQUAL: order, key, value, headers and timestamp of every record"
                        : "DIFFERENT: see the differences above"));
        return lines;
    }

    private String latency() {
        return liveMicros.getTotalCount() == 0
                ? "nothing was written after the backlog was copied"
                : String.format(
                        Locale.ROOT,
                        "p50 %.0f ms, p99 %.0f ms, from the record's timestamp to its acknowledgement by west",
                        liveMicros.getValueAtPercentile(50) / 1000.0,
                        liveMicros.getValueAtPercentile(99) / 1000.0);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static String row(String name, String text) {
        return String.format(Locale.ROOT, "    %-8s %s", name, text);
    }
}
