package io.replicator.mirrormaker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far MirrorMaker 2 has come with each partition of a source, as Kafka Connect keeps it for its source connector: the
 * key is {@code ["<connector>",{"cluster":"<alias>","partition":0,"topic":"orders"}]}, the value {@code {"offset":7}}, 7
 * being the last record that was copied. A record without a value takes its key's back.
 */
final class CopiedOffsets {
    private static final Logger LOG = LoggerFactory.getLogger(CopiedOffsets.class);
    private static final JsonMapper JSON = new JsonMapper();

    private final String alias;

    /** By the record's key: where one connector stands with one partition. */
    private final Map<String, Standing> standings = new HashMap<>();

    private record Standing(TopicPartition source, long offset, long timestampMillis) {}

    /**
     * @param alias the source's in MirrorMaker 2's configuration
     */
    CopiedOffsets(String alias) {
        this.alias = alias;
    }

    /** Takes a record of Connect's topic; of a key the last one counts. */
    void take(ConsumerRecord<byte[], byte[]> record) {
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
            standings.put(key, new Standing(source.get(), offset.longValue(), record.timestamp()));
        } else {
            LOG.warn(
                    "a record does not say how far MirrorMaker 2 has come and is passed over topic={} partition={} offset={}",
                    record.topic(),
                    record.partition(),
                    record.offset());
        }
    }

    /** The partition that a key is about; empty where it is about something else, or another cluster. */
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

    /** The last copied source offset of each partition; where several connectors copied one, what was said last. */
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
