package io.replicator.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.replicator.config.FlowConfig;
import io.replicator.daemon.terminal.Table;
import io.replicator.positions.FirstRecord;
import io.replicator.positions.GroupMember;
import io.replicator.positions.MigrationReport;
import io.replicator.positions.PlannedPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What moving groups did, or would do, for a person and for a program. */
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
                + (report.written() == 0 ? ", all of which stood there already" : ", " + report.written() + " written");
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
                words(position.sourceRecord()),
                position.targetOffset() < 0 ? "-" : position.targetOffset(),
                position.targetOffset() < 0 ? "" : words(position.targetRecord()),
                position.targetOffset() < 0 ? "-" : position.isExact() ? "yes" : "no",
                note);
    }

    private static String words(Optional<FirstRecord> record) {
        return record.map(found -> Instant.ofEpochMilli(found.timestampMillis())
                        + (found.key().isEmpty() ? "" : " " + found.key()))
                .orElse("at the end");
    }

    /** All groups, as one document. */
    String json(List<MigrationReport> reports, boolean isDryRun) {
        ArrayNode groups = JsonNodeFactory.instance.arrayNode();
        for (MigrationReport report : reports) {
            ObjectNode group = groups.addObject();
            group.put("group", report.plan().group());
            group.put("targetGroup", report.plan().targetGroup());
            group.put("allowed", report.plan().isAllowed());
            group.put("dryRun", isDryRun);
            group.put("moved", report.isDone() && !isDryRun);
            group.put("written", report.written());
            ArrayNode reasons = group.putArray("reasons");
            report.failures().forEach(reasons::add);
            members(group.putArray("sourceMembers"), report.plan().sourceMembers());
            members(group.putArray("targetMembers"), report.plan().targetMembers());
            ArrayNode positions = group.putArray("positions");
            report.plan().positions().forEach(position -> json(position, positions.addObject()));
        }
        return groups.toPrettyString();
    }

    private static void members(ArrayNode array, List<GroupMember> members) {
        for (GroupMember member : members) {
            array.addObject()
                    .put("clientId", member.clientId())
                    .put("host", member.host())
                    .put("memberId", member.memberId());
        }
    }

    private static void json(PlannedPosition position, ObjectNode document) {
        document.put("topic", position.topic());
        document.put("partition", position.partition());
        document.put("sourceOffset", position.sourceOffset());
        document.set("sourceRecord", json(position.sourceRecord()));
        document.put("targetTopic", orNull(position.targetTopic()));
        document.put("targetOffset", orNull(position.targetOffset()));
        document.set("targetRecord", json(position.targetRecord()));
        document.put("exact", position.isExact());
        document.put("targetOffsetBefore", orNull(position.presentOffset()));
        document.put("toCopy", position.toCopy());
        document.put("refusal", orNull(position.refusal()));
        document.put("note", orNull(position.note()));
    }

    private static JsonNode json(Optional<FirstRecord> record) {
        if (record.isEmpty()) {
            return JsonNodeFactory.instance.nullNode();
        }
        FirstRecord found = record.get();
        return JsonNodeFactory.instance
                .objectNode()
                .put("offset", found.offset())
                .put("timestamp", Instant.ofEpochMilli(found.timestampMillis()).toString())
                .put("key", orNull(found.key()))
                .put("keyBytes", orNull(found.keyBytes()))
                .put("valueBytes", orNull(found.valueBytes()));
    }

    private static Long orNull(long number) {
        return number < 0 ? null : number;
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
