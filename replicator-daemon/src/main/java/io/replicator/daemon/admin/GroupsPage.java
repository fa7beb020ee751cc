package io.replicator.daemon.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.replicator.positions.GroupPosition;
import io.replicator.positions.GroupsStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * {@code /api/flows/{flow}/groups}: what became of each consumer group's position, as one JSON document. Only the instance
 * that owns shard 0 looks after them; the others' list is empty. Names and their order are a promise. Offsets that
 * nobody knows are null; times are ISO-8601.
 */
public final class GroupsPage implements Page {
    private static final JsonFactory JSON = new JsonFactory();

    private final Supplier<GroupsStatus> groups;

    public GroupsPage(Supplier<GroupsStatus> groups) {
        this.groups = groups;
    }

    @Override
    public Reply reply(PageRequest request) {
        GroupsStatus status = groups.get();
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            writeTime("lookedAt", status.lookedAtMillis(), json);
            writeText("trouble", status.trouble(), json);
            json.writeArrayFieldStart("positions");
            for (GroupPosition position : status.positions()) {
                write(position, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Reply.json(200, text.toString());
    }

    private static void write(GroupPosition position, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("group", position.group());
        writeText("topic", position.topic(), json);
        writeNumber("partition", position.partition(), json);
        json.writeStringField("state", position.state().name());
        writeNumber("sourceOffset", position.sourceOffset(), json);
        writeNumber("targetOffset", position.targetOffset(), json);
        json.writeBooleanField("exact", position.isExact());
        writeTime("syncedAt", position.syncedAtMillis(), json);
        writeText("reason", position.reason(), json);
        json.writeStringField("targetGroup", position.targetGroup());
        writeText("targetTopic", position.targetTopic(), json);
        writeNumber("lagRecords", position.lagRecords(), json);
        json.writeEndObject();
    }

    private static void writeText(String field, String text, JsonGenerator json) throws IOException {
        json.writeStringField(field, text.isEmpty() ? null : text);
    }

    private static void writeNumber(String field, long number, JsonGenerator json) throws IOException {
        if (number < 0) {
            json.writeNullField(field);
        } else {
            json.writeNumberField(field, number);
        }
    }

    private static void writeTime(String field, long millis, JsonGenerator json) throws IOException {
        json.writeStringField(
                field, millis < 0 ? null : Instant.ofEpochMilli(millis).toString());
    }
}
