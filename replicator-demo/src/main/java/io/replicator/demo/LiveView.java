package io.replicator.demo;

import io.replicator.daemon.terminal.Quantity;
import io.replicator.daemon.terminal.Screen;
import io.replicator.flow.FlowStatus;
import io.replicator.partition.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Shows the flow while it runs: in place on a terminal, otherwise as a line every 5 seconds. One thread. */
final class LiveView implements AutoCloseable {
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int MAX_WIDTH = 100;
    private static final int MIN_WIDTH = 40;
    private static final int MAX_REASONS = 3;
    private static final String BOLD = "\u001B[1m";
    private static final String PLAIN = "\u001B[0m";
    private static final String ROW = "    %-9s %-26s %10s %12s %10s";

    private final Optional<Screen> screen = Screen.open();
    private final int width = screen.isPresent() ? Math.max(MIN_WIDTH, Math.min(Screen.width(), MAX_WIDTH)) : 0;
    private final boolean colours = Screen.wantsColours();
    private long lastLineNanos;

    LiveView(long nowNanos) {
        lastLineNanos = nowNanos - LINE_NANOS;
    }

    void show(FlowStatus flow, String activity, long nowNanos) {
        if (screen.isPresent()) {
            screen.get().draw(drawing(flow, activity).stream().map(this::fit).toList());
        } else if (nowNanos - lastLineNanos >= LINE_NANOS) {
            lastLineNanos = nowNanos;
            System.err.println("    " + line(flow));
        }
    }

    private List<String> drawing(FlowStatus flow, String activity) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(bold("    " + line(flow)));
        lines.add("");
        lines.addAll(table(flow));
        lines.add("");
        lines.add("    " + activity);
        flow.partitions().stream()
                .filter(partition ->
                        partition.state() != PartitionState.RUNNING && partition.state() != PartitionState.STARTING)
                .limit(MAX_REASONS)
                .forEach(partition -> lines.add("    " + partition.topic() + "-" + partition.partition() + " "
                        + partition.state() + ": " + partition.reason()));
        return lines;
    }

    private static String line(FlowStatus flow) {
        return flow.name() + " " + flow.state() + "  "
                + (flow.reason().isEmpty()
                        ? Quantity.count(flow.recordsPerSecond()) + " records/s  "
                                + Quantity.bytesPerSecond(flow.bytesPerSecond()) + "  lag "
                                + Quantity.count((double) flow.lagRecords())
                        : flow.reason());
    }

    /** A row for each topic that the flow copies. */
    static List<String> table(FlowStatus flow) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, ROW, "TOPIC", "", "PARTITIONS", "RECORDS", "LAG"));
        for (DemoTopic topic : DemoTopic.ALL) {
            TopicSum sum = TopicSum.of(flow, topic);
            if (sum.partitions() > 0) {
                lines.add(String.format(
                        Locale.ROOT,
                        ROW,
                        topic.topic(),
                        topic.description(),
                        sum.partitions(),
                        String.format(Locale.ROOT, "%,d", sum.records()),
                        String.format(Locale.ROOT, "%,d", sum.lagRecords())));
            }
        }
        return lines;
    }

    private String bold(String text) {
        return colours ? BOLD + fit(text) + PLAIN : text;
    }

    private String fit(String line) {
        boolean marked = line.startsWith("\u001B");
        return marked || line.length() <= width ? line : line.substring(0, width - 1) + "…";
    }

    @Override
    public void close() {
        screen.ifPresent(view -> {
            view.draw(List.of());
            view.close();
        });
    }
}
