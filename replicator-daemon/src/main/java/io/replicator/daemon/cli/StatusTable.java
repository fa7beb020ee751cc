package io.replicator.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.replicator.daemon.terminal.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Turns the daemon's status document into lines for a person. */
final class StatusTable {
    private static final int MAX_PARTITIONS = 10;
    private static final String FLOW_ROW = "%-24s %-9s %12s %12s %10s %10s  %s";
    private static final String PARTITION_ROW = "  %-40s %-9s %10s %8s  %s";

    private final boolean all;

    /**
     * @param all every partition, instead of those that do not run or lag most
     */
    StatusTable(boolean all) {
        this.all = all;
    }

    List<String> lines(JsonNode status) {
        List<String> lines = new ArrayList<>();
        lines.add("replicator " + status.path("version").asText() + ", instance "
                + status.path("instance").asText());
        lines.add(row(FLOW_ROW, "FLOW", "STATE", "RECORDS/S", "BYTES/S", "LAG", "ETA", "PARTITIONS"));
        for (JsonNode flow : status.path("flows")) {
            addFlow(flow, lines);
        }
        return lines;
    }

    private void addFlow(JsonNode flow, List<String> lines) {
        List<JsonNode> partitions = StreamSupport.stream(flow.path("partitions").spliterator(), false)
                .toList();
        long running = partitions.stream().filter(StatusTable::isRunning).count();
        lines.add(row(
                FLOW_ROW,
                flow.path("name").asText(),
                flow.path("state").asText(),
                Quantity.count(flow.path("recordsPerSecond").asDouble()),
                Quantity.bytesPerSecond(flow.path("bytesPerSecond").asDouble()),
                Quantity.count(flow.path("lagRecords").asDouble()),
                flow.path("caughtUp").asBoolean()
                        ? "caught up"
                        : Quantity.duration(flow.path("etaSeconds").asLong()),
                running + " of " + partitions.size() + " running" + groups(flow.path("shards"))));
        if (flow.hasNonNull("reason")) {
            lines.add("  " + flow.path("reason").asText());
        }
        groupsLine(flow.path("groups")).ifPresent(lines::add);
        List<JsonNode> shown = all ? partitions : worst(partitions);
        shown.forEach(partition -> lines.add(partition(partition)));
        long hidden = partitions.stream().filter(StatusTable::isNoteworthy).count() - shown.size();
        if (!all && hidden > 0) {
            lines.add("  and " + hidden + " more; --all shows them");
        }
    }

    /** Which share of the flow this instance has; nothing of a daemon that does not say. */
    private static String groups(JsonNode groups) {
        int total = groups.path("total").asInt();
        if (total == 0) {
            return "";
        }
        int owned = groups.path("owned").size();
        return owned == 0
                ? ", stands by: owns none of " + total + " shards"
                : ", owns " + owned + " of " + total + " shards";
    }

    /** What became of the consumer groups' positions, where they are looked after. */
    private static Optional<String> groupsLine(JsonNode groups) {
        if (groups.hasNonNull("trouble")) {
            return Optional.of("  consumer groups: " + groups.path("trouble").asText());
        }
        if (!groups.hasNonNull("lookedAt")) {
            return Optional.empty();
        }
        String states = groups.path("positions").properties().stream()
                .map(state -> state.getValue().asText() + " " + state.getKey())
                .collect(Collectors.joining(", "));
        return Optional.of("  consumer groups: " + groups.path("groups").asInt() + ", positions: "
                + (states.isEmpty() ? "none" : states));
    }

    private static List<JsonNode> worst(List<JsonNode> partitions) {
        return partitions.stream()
                .filter(StatusTable::isNoteworthy)
                .sorted(Comparator.comparing(StatusTable::isRunning)
                        .thenComparing(partition -> partition.path("lagRecords").asLong(), Comparator.reverseOrder()))
                .limit(MAX_PARTITIONS)
                .toList();
    }

    private static boolean isNoteworthy(JsonNode partition) {
        return !isRunning(partition) || partition.path("lagRecords").asLong() > 0;
    }

    private static boolean isRunning(JsonNode partition) {
        return partition.path("state").asText().equals("RUNNING");
    }

    private static String partition(JsonNode partition) {
        String why = partition.hasNonNull("reason") ? partition.path("reason").asText() : "";
        String when = partition.hasNonNull("resumesWhen")
                ? "; resumes when " + partition.path("resumesWhen").asText()
                : "";
        return row(
                PARTITION_ROW,
                partition.path("topic").asText() + "-"
                        + partition.path("partition").asText(),
                partition.path("state").asText(),
                Quantity.count(partition.path("lagRecords").asDouble()),
                Quantity.duration(partition.path("lagMillis").asLong() / 1000),
                why + when);
    }

    private static String row(String format, Object... cells) {
        return String.format(Locale.ROOT, format, cells).stripTrailing();
    }
}
