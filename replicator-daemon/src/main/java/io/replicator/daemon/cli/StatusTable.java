package io.replicator.daemon.cli;

import io.replicator.daemon.document.FlowDocument;
import io.replicator.daemon.document.GroupsSummaryDocument;
import io.replicator.daemon.document.PartitionDocument;
import io.replicator.daemon.document.StatusDocument;
import io.replicator.daemon.terminal.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A daemon's status as lines for a person. */
final class StatusTable {
    private static final int MAX_PARTITIONS = 10;
    private static final long MILLIS_PER_SECOND = 1_000;
    private static final String FLOW_ROW = "%-24s %-9s %12s %12s %10s %10s  %s";
    private static final String PARTITION_ROW = "  %-40s %-9s %10s %8s  %s";

    private final boolean all;

    /**
     * @param all every partition, instead of those that do not run or lag most
     */
    StatusTable(boolean all) {
        this.all = all;
    }

    List<String> lines(StatusDocument status) {
        List<String> lines = new ArrayList<>();
        lines.add("replicator " + status.version() + ", instance " + status.instance());
        lines.add(row(FLOW_ROW, "FLOW", "STATE", "RECORDS/S", "BYTES/S", "LAG", "ETA", "PARTITIONS"));
        status.flows().forEach(flow -> addFlow(flow, lines));
        return lines;
    }

    private void addFlow(FlowDocument flow, List<String> lines) {
        List<PartitionDocument> partitions = flow.partitions();
        long running = partitions.stream().filter(PartitionDocument::isRunning).count();
        lines.add(row(
                FLOW_ROW,
                flow.name(),
                flow.state(),
                Quantity.count(flow.recordsPerSecond()),
                Quantity.bytesPerSecond(flow.bytesPerSecond()),
                Quantity.count((double) flow.lagRecords()),
                flow.caughtUp() ? "caught up" : Quantity.duration(flow.etaSeconds()),
                running + " of " + partitions.size() + " running" + shards(flow.shards())));
        if (flow.reason() != null) {
            lines.add("  " + flow.reason());
        }
        groups(flow.groups()).ifPresent(lines::add);
        List<PartitionDocument> shown = all ? partitions : worst(partitions);
        shown.forEach(partition -> lines.add(partition(partition)));
        long hidden = partitions.stream().filter(StatusTable::isNoteworthy).count() - shown.size();
        if (!all && hidden > 0) {
            lines.add("  and " + hidden + " more; --all shows them");
        }
    }

    /** This instance's share of the flow; nothing when the daemon does not report it. */
    private static String shards(FlowDocument.Shards shards) {
        if (shards == null || shards.total() == 0) {
            return "";
        }
        int owned = shards.owned().size();
        return owned == 0
                ? ", stands by: owns none of " + shards.total() + " shards"
                : ", owns " + owned + " of " + shards.total() + " shards";
    }

    /** The consumer groups, where this instance syncs them. */
    private static Optional<String> groups(GroupsSummaryDocument groups) {
        if (groups != null && groups.trouble() != null) {
            return Optional.of("  consumer groups: " + groups.trouble());
        }
        if (groups == null || groups.lookedAt() == null) {
            return Optional.empty();
        }
        String states = groups.positions().entrySet().stream()
                .map(state -> state.getValue() + " " + state.getKey())
                .collect(Collectors.joining(", "));
        return Optional.of(
                "  consumer groups: " + groups.groups() + ", positions: " + (states.isEmpty() ? "none" : states));
    }

    private static List<PartitionDocument> worst(List<PartitionDocument> partitions) {
        return partitions.stream()
                .filter(StatusTable::isNoteworthy)
                .sorted(Comparator.comparing(PartitionDocument::isRunning)
                        .thenComparing(PartitionDocument::lagRecords, Comparator.reverseOrder()))
                .limit(MAX_PARTITIONS)
                .toList();
    }

    private static boolean isNoteworthy(PartitionDocument partition) {
        return !partition.isRunning() || partition.lagRecords() > 0;
    }

    private static String partition(PartitionDocument partition) {
        String why = partition.reason() == null ? "" : partition.reason();
        String when = partition.resumesWhen() == null ? "" : "; resumes when " + partition.resumesWhen();
        return row(
                PARTITION_ROW,
                partition.topic() + "-" + partition.partition(),
                partition.state(),
                Quantity.count((double) partition.lagRecords()),
                Quantity.duration(partition.lagMillis() / MILLIS_PER_SECOND),
                why + when);
    }

    private static String row(String format, Object... cells) {
        return String.format(Locale.ROOT, format, cells).stripTrailing();
    }
}
