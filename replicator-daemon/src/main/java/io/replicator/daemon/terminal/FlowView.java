package io.replicator.daemon.terminal;

import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.partition.PartitionState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Flows as lines of a maximum width: a table, and below each flow a few reasons why partitions do not run. */
public final class FlowView {
    private static final int MAX_REASONS = 3;
    private static final int MIN_WIDTH = 20;
    private static final String BOLD = "\u001B[1m";
    private static final String RED = "\u001B[31m";
    private static final String YELLOW = "\u001B[33m";
    private static final String GREEN = "\u001B[32m";
    private static final String PLAIN = "\u001B[0m";

    /** At 80 columns the last column has room for two states; the worst comes first. */
    private static final String ROW = "%-14s %-8s %9s %10s %7s %9s  %s";

    private final int width;
    private final boolean colours;

    /**
     * @param width of the widest line
     * @param colours whether states have colours
     */
    public FlowView(int width, boolean colours) {
        this.width = Math.max(MIN_WIDTH, width);
        this.colours = colours;
    }

    /** The lines of a snapshot. */
    public List<String> lines(List<FlowStatus> flows) {
        List<String> lines = new ArrayList<>();
        lines.add(coloured(
                BOLD,
                String.format(Locale.ROOT, ROW, "FLOW", "STATE", "RECORDS/S", "BYTES/S", "LAG", "ETA", "PARTITIONS")));
        for (FlowStatus flow : flows) {
            lines.add(coloured(colour(flow), row(flow)));
            if (!flow.reason().isEmpty()) {
                lines.add(coloured(YELLOW, "  " + flow.reason()));
            }
            reasons(flow).forEach(reason -> lines.add(coloured(YELLOW, "  " + reason)));
        }
        return lines;
    }

    private static String row(FlowStatus flow) {
        return String.format(
                Locale.ROOT,
                ROW,
                flow.name(),
                flow.state(),
                Quantity.count(flow.recordsPerSecond()),
                Quantity.bytesPerSecond(flow.bytesPerSecond()),
                Quantity.count((double) flow.lagRecords()),
                flow.isCaughtUp() ? "caught up" : Quantity.duration(flow.etaSeconds()),
                states(flow));
    }

    /** {@code 1 FAILED, 10 RUNNING}: the worst state first. */
    public static String states(FlowStatus flow) {
        Map<PartitionState, Long> counts = flow.partitions().stream()
                .collect(Collectors.groupingBy(
                        PartitionStatus::state, () -> new TreeMap<>(Comparator.reverseOrder()), Collectors.counting()));
        return counts.isEmpty()
                ? "none"
                : counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", "));
    }

    private static List<String> reasons(FlowStatus flow) {
        List<PartitionStatus> stopped = flow.partitions().stream()
                .filter(partition ->
                        partition.state() == PartitionState.FAILED || partition.state() == PartitionState.WAITING)
                .toList();
        List<String> lines = new ArrayList<>();
        stopped.stream()
                .limit(MAX_REASONS)
                .forEach(partition -> lines.add(partition.topic() + "-" + partition.partition() + " "
                        + partition.state() + ": " + partition.reason()));
        if (stopped.size() > MAX_REASONS) {
            lines.add("and " + (stopped.size() - MAX_REASONS) + " more");
        }
        return lines;
    }

    private static String colour(FlowStatus flow) {
        boolean failed = flow.state() == FlowState.FAILED
                || flow.partitions().stream().anyMatch(p -> p.state() == PartitionState.FAILED);
        if (failed) {
            return RED;
        }
        return flow.state() == FlowState.RUNNING ? GREEN : YELLOW;
    }

    private String coloured(String colour, String text) {
        String fitting = text.replace('\n', ' ').stripTrailing();
        if (fitting.length() > width) {
            fitting = fitting.substring(0, width - 1) + "…";
        }
        return colours ? colour + fitting + PLAIN : fitting;
    }
}
