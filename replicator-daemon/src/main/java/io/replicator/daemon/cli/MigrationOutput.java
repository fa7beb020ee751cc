package io.replicator.daemon.cli;

import io.replicator.config.FlowConfig;
import io.replicator.daemon.document.Json;
import io.replicator.daemon.document.MigrationDocument;
import io.replicator.daemon.terminal.Table;
import io.replicator.operations.FirstRecord;
import io.replicator.operations.MigrationReport;
import io.replicator.operations.PlannedPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What moving groups did, or would do, as text and as JSON. */
final class MigrationOutput {
    private final String source;
    private final String target;

    MigrationOutput(FlowConfig flow) {
        this.source = flow.source().name();
        this.target = flow.target().name();
    }

    /** One group. */
    List<String> text(MigrationReport report, boolean isDryRun) {
        List<String> lines = new ArrayList<>();
        lines.add(headline(report, isDryRun));
        report.failures().forEach(failure -> lines.add("  " + failure));
        if (!report.plan().positions().isEmpty()) {
            Table table = new Table("PARTITION", source, "NEXT RECORD", target, "NEXT RECORD", "EXACT", "NOTE");
            report.plan().positions().forEach(position -> add(position, table));
            table.lines().forEach(line -> lines.add("  " + line));
        }
        return lines;
    }

    private String headline(MigrationReport report, boolean isDryRun) {
        String name = "group " + report.plan().group()
                + (report.plan().group().equals(report.plan().targetGroup())
                        ? ""
                        : ", on " + target + " " + report.plan().targetGroup());
        if (!report.plan().isAllowed()) {
            return name + ": REFUSED, nothing was changed";
        }
        if (!report.isDone()) {
            return name + ": FAILED, " + report.written() + " positions were written";
        }
        long moved = report.plan().positions().stream()
                .filter(PlannedPosition::isMoved)
                .count();
        if (isDryRun) {
            return name + ": could be moved, " + moved + " positions";
        }
        return name + ": MOVED, " + moved + " positions"
                + (report.written() == 0 ? ", all of which were there already" : ", " + report.written() + " written");
    }

    private static void add(PlannedPosition position, Table table) {
        String note = position.refusal().isEmpty() ? position.note() : position.refusal();
        table.add(
                position.topic() + "-" + position.partition()
                        + (position.targetTopic().isEmpty()
                                        || position.targetTopic().equals(position.topic())
                                ? ""
                                : " (" + position.targetTopic() + ")"),
                position.sourceOffset(),
                describe(position.sourceRecord()),
                position.targetOffset() < 0 ? "-" : position.targetOffset(),
                position.targetOffset() < 0 ? "" : describe(position.targetRecord()),
                position.targetOffset() < 0 ? "-" : position.isExact() ? "yes" : "no",
                note);
    }

    private static String describe(Optional<FirstRecord> record) {
        return record.map(found -> Instant.ofEpochMilli(found.timestampMillis())
                        + (found.key().isEmpty() ? "" : " " + found.key()))
                .orElse("at the end");
    }

    /** All groups, as one document. */
    static String json(List<MigrationReport> reports, boolean isDryRun) {
        return Json.indented(reports.stream()
                .map(report -> MigrationDocument.of(report, isDryRun))
                .toList());
    }
}
