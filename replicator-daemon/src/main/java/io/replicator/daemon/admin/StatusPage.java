package io.replicator.daemon.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.positions.GroupsStatus;
import io.replicator.positions.PositionState;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * {@code /api/status}: every flow and partition as one JSON document. Names and their order are a promise. Numbers are
 * -1 while they are not known, {@code etaSeconds} also while nothing moves; a reason is null where there is none.
 */
public final class StatusPage implements Page {
    private static final JsonFactory JSON = new JsonFactory();

    private final String version;
    private final String instance;
    private final Supplier<List<FlowStatus>> flows;
    private final Function<String, GroupsStatus> groups;

    /**
     * @param flows every flow as it looks now
     * @param groups the consumer groups of a flow, by its name
     */
    public StatusPage(
            String version, String instance, Supplier<List<FlowStatus>> flows, Function<String, GroupsStatus> groups) {
        this.version = version;
        this.instance = instance;
        this.flows = flows;
        this.groups = groups;
    }

    @Override
    public Reply reply(PageRequest request) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("version", version);
            json.writeStringField("instance", instance);
            json.writeArrayFieldStart("flows");
            for (FlowStatus flow : flows.get()) {
                write(flow, groups.apply(flow.name()), json);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Reply.json(200, text.toString());
    }

    private static void write(FlowStatus flow, GroupsStatus groups, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", flow.name());
        json.writeStringField("state", flow.state().name());
        json.writeBooleanField("caughtUp", flow.isCaughtUp());
        json.writeNumberField("lagRecords", flow.lagRecords());
        json.writeNumberField("recordsPerSecond", flow.recordsPerSecond());
        json.writeNumberField("bytesPerSecond", flow.bytesPerSecond());
        json.writeNumberField("etaSeconds", flow.etaSeconds());
        json.writeArrayFieldStart("partitions");
        for (PartitionStatus partition : flow.partitions()) {
            write(partition, json);
        }
        json.writeEndArray();
        writeText("reason", flow.reason(), json);
        json.writeStringField("source", flow.source());
        json.writeStringField("target", flow.target());
        json.writeObjectFieldStart("shards");
        json.writeArrayFieldStart("owned");
        for (int group : flow.ownedShards()) {
            json.writeNumber(group);
        }
        json.writeEndArray();
        json.writeNumberField("total", flow.shards());
        json.writeEndObject();
        write(groups, json);
        json.writeEndObject();
    }

    /** A summary; the page of the groups says each position. */
    private static void write(GroupsStatus groups, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("groups");
        writeText(
                "lookedAt",
                groups.isKnown() ? Instant.ofEpochMilli(groups.lookedAtMillis()).toString() : "",
                json);
        writeText("trouble", groups.trouble(), json);
        json.writeNumberField("groups", groups.groups());
        json.writeNumberField(
                "lagRecords",
                groups.lagRecords().values().stream().mapToLong(Long::longValue).sum());
        json.writeObjectFieldStart("positions");
        for (Map.Entry<PositionState, Integer> count : groups.counts().entrySet()) {
            json.writeNumberField(count.getKey().name(), count.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void write(PartitionStatus partition, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("topic", partition.topic());
        json.writeNumberField("partition", partition.partition());
        json.writeStringField("state", partition.state().name());
        writeText("reason", partition.reason(), json);
        json.writeNumberField("sourceStart", partition.sourceStart());
        json.writeNumberField("sourceEnd", partition.sourceEnd());
        json.writeNumberField("position", partition.position());
        json.writeNumberField("lagRecords", partition.lagRecords());
        json.writeNumberField("lagMillis", partition.lagMillis());
        json.writeStringField("targetTopic", partition.targetTopic());
        json.writeNumberField("targetEnd", partition.targetEnd());
        json.writeNumberField("lane", partition.lane());
        writeText("resumesWhen", partition.resumesWhen(), json);
        json.writeNumberField("records", partition.records());
        json.writeNumberField("bytes", partition.bytes());
        json.writeNumberField("gapRecords", partition.gapRecords());
        json.writeNumberField("truncatedRecords", partition.truncatedRecords());
        json.writeNumberField("recreations", partition.recreations());
        json.writeEndObject();
    }

    private static void writeText(String field, String text, JsonGenerator json) throws IOException {
        if (text.isEmpty()) {
            json.writeNullField(field);
        } else {
            json.writeStringField(field, text);
        }
    }
}
