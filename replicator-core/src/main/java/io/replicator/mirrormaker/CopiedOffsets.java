package io.replicator.mirrormaker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.replicator.cluster.ReadRecord;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far MirrorMaker 2 has copied each partition of a source, as Kafka Connect saves it for its source connector. The key
 * is {@code ["<connector>",{"cluster":"<alias>","partition":0,"topic":"orders"}]}, the value {@code {"offset":7}}, where 7
 * is the offset of the last copied record. A record without a value deletes its key.
 */
final class CopiedOffsets {
    private static final Logger LOG = LoggerFactory.getLogger(CopiedOffsets.class);
    private static final JsonMapper JSON = new JsonMapper();

    private final String alias;

    /** By the record's key: how far one connector has copied one partition. */
    private final Map<String, Standing> standings = new HashMap<>();

    private record Standing(TopicPartition source, long offset, long timestampMillis) {}

    /**
     * @param alias the source's alias in MirrorMaker 2's configuration
     */
    CopiedOffsets(String alias) {
        this.alias = alias;
    }

    /** Takes a record of Connect's topic; the last one of each key counts. */
    void take(ReadRecord record) {
        Optional<TopicPartition> source = source(record.key());
        if (source.isEmpty()) {
            return;
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (record.value() == null) {
            standings.remove(key);
            return;
        }
        JsonNode offset = parse(record.value()).path("offset");
        if (offset.isIntegralNumber()) {
            standings.put(key, new Standing(source.get(), offset.longValue(), record.timestampMillis()));
        } else {
            LOG.warn(
                    "ignored a record that does not say how far MirrorMaker 2 has copied topic={} partition={} offset={}",
                    record.partition().topic(),
                    record.partition().partition(),
                    record.offset());
        }
    }

    /** The partition that a key names; empty where it names another cluster, or something else. */
    private Optional<TopicPartition> source(byte[] key) {
        JsonNode partition = key == null ? JSON.missingNode() : parse(key).path(1);
        boolean isOurs = partition.path("cluster").asText().equals(alias)
                && partition.path("topic").isTextual()
                && partition.path("partition").isInt();
        return isOurs
                ? Optional.of(new TopicPartition(
                        partition.path("topic").textValue(),
                        partition.path("partition").intValue()))
                : Optional.empty();
    }

    private static JsonNode parse(byte[] json) {
        try {
            return JSON.readTree(new String(json, StandardCharsets.UTF_8));
        } catch (JsonProcessingException notJson) {
            return JSON.missingNode();
        }
    }

    /** The last copied source offset of each partition; where several connectors copied it, the latest record counts. */
    Map<TopicPartition, Long> offsets() {
        Map<TopicPartition, Standing> last = new HashMap<>();
        standings
                .values()
                .forEach(standing -> last.merge(
                        standing.source(),
                        standing,
                        (one, other) -> one.timestampMillis() > other.timestampMillis() ? one : other));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        last.forEach((source, standing) -> offsets.put(source, standing.offset()));
        return offsets;
    }
}
