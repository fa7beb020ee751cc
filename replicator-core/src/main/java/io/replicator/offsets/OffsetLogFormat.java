package io.replicator.offsets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.replicator.partition.LeaderEpochs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * The offset log's records as readable JSON, for an operator with a console consumer.
 *
 * <pre>
 *   {"v":1,"kind":"progress","topic":"orders","partition":3}   one per source partition, the last run in it
 *   {"v":1,"kind":"runs","topic":"orders","partition":3,"chunk":0}   up to 64 closed runs, [source, target, length] each
 *   {"v":1,"kind":"coarse","topic":"orders","partition":3,"chunk":0,"chunks":8}   the ends of chunks of old runs
 *   {"v":1,"kind":"shard","shard":7}                           one per shard
 *   {"v":1,"kind":"flow"}                                      between which clusters the flow copies
 *   {"v":1,"kind":"topic","targetTopic":"orders"}              whether the flow writes that topic of the target
 * </pre>
 *
 * <p>A key is compared byte by byte when the topic is compacted, so the order of its fields must never change.
 */
final class OffsetLogFormat {
    static final int VERSION = 1;
    static final String PROGRESS = "progress";
    static final String RUNS = "runs";
    static final String COARSE = "coarse";
    static final String SHARD = "shard";
    static final String FLOW = "flow";
    static final String TOPIC = "topic";

    private static final ObjectMapper JSON = new ObjectMapper();

    private OffsetLogFormat() {}

    static byte[] progressKey(TopicPartition source) {
        return bytes(partitionKey(PROGRESS, source));
    }

    static byte[] runsKey(TopicPartition source, int chunk) {
        return bytes(partitionKey(RUNS, source).put("chunk", chunk));
    }

    static byte[] coarseKey(TopicPartition source, CoarseRuns.Key key) {
        return bytes(partitionKey(COARSE, source).put("chunk", key.chunk()).put("chunks", key.chunks()));
    }

    static byte[] shardKey(int shard) {
        return bytes(key(SHARD).put("shard", shard));
    }

    static byte[] flowKey() {
        return bytes(key(FLOW));
    }

    static byte[] topicKey(String targetTopic) {
        return bytes(key(TOPIC).put("targetTopic", targetTopic));
    }

    private static ObjectNode key(String kind) {
        return JsonNodeFactory.instance.objectNode().put("v", VERSION).put("kind", kind);
    }

    private static ObjectNode partitionKey(String kind, TopicPartition source) {
        return key(kind).put("topic", source.topic()).put("partition", source.partition());
    }

    static byte[] progressValue(Progress progress) {
        MapChanges changes = progress.changes();
        ObjectNode value = value();
        value.put("start", changes.start());
        value.put("targetStart", changes.targetStart());
        value.put("position", changes.position());
        value.put("targetEnd", changes.targetEnd());
        value.put("records", changes.records());
        // Only where there is something to say: most records are as those of earlier versions.
        if (changes.exactChunk() > 0) {
            value.put("firstChunk", changes.firstChunk());
            value.put("exactChunk", changes.exactChunk());
        }
        if (!changes.damage().isEmpty()) {
            value.put("damage", changes.damage());
        }
        value.put("closedRuns", changes.closedRuns());
        putRuns(value.putArray("lastRun"), changes.lastRun());
        putIds(value, progress.pair());
        putWriter(value, progress.writer());
        putSource(value, progress.source());
        return bytes(value);
    }

    /** A chunk names the map it belongs to, so that a chunk of another incarnation or owner is never mixed in. */
    static byte[] runsValue(PartitionPair pair, Writer writer, RunChunk chunk) {
        ObjectNode value = value();
        putRuns(value.putArray("runs"), chunk.runs());
        putIds(value, pair);
        putWriter(value, writer);
        return bytes(value);
    }

    static byte[] coarseValue(PartitionPair pair, Writer writer, CoarseRuns runs) {
        ObjectNode value = value();
        value.put("source", runs.source());
        value.put("sourceEnd", runs.sourceEnd());
        value.put("target", runs.target());
        value.put("targetEnd", runs.targetEnd());
        value.put("records", runs.records());
        putIds(value, pair);
        putWriter(value, writer);
        return bytes(value);
    }

    static byte[] shardValue(ShardOwner owner) {
        ObjectNode value = value();
        value.put("instance", owner.instance());
        value.put("producerId", owner.producerId());
        value.put("producerEpoch", owner.producerEpoch());
        ArrayNode former = value.putArray("formerProducerIds");
        owner.formerProducerIds().forEach(former::add);
        return bytes(value);
    }

    static byte[] flowValue(FlowEnds ends) {
        ObjectNode value = value();
        value.put("source", ends.sourceName());
        value.put("sourceClusterId", ends.sourceId());
        value.put("target", ends.targetName());
        value.put("targetClusterId", ends.targetId());
        value.put("shards", ends.shards());
        ObjectNode settings = value.putObject("settings");
        new TreeMap<>(ends.settings()).forEach(settings::put);
        return bytes(value);
    }

    static byte[] topicValue(TopicClaim claim) {
        return bytes(value().put("state", claim.state().name().toLowerCase(Locale.ROOT))
                .put("turn", claim.turn())
                .put("topic", claim.sourceTopic()));
    }

    private static ObjectNode value() {
        return JsonNodeFactory.instance.objectNode().put("v", VERSION);
    }

    private static void putRuns(ArrayNode array, Runs runs) {
        for (int run = 0; run < runs.count(); run++) {
            array.addArray().add(runs.source(run)).add(runs.target(run)).add(runs.length(run));
        }
    }

    private static void putIds(ObjectNode value, PartitionPair pair) {
        value.put("sourceTopicId", pair.sourceTopicId().toString());
        value.put("targetTopic", pair.targetTopic());
        value.put("targetTopicId", pair.targetTopicId().toString());
    }

    private static void putWriter(ObjectNode value, Writer writer) {
        value.put("shard", writer.shard());
        value.put("producerId", writer.producerId());
        value.put("producerEpoch", writer.producerEpoch());
    }

    private static void putSource(ObjectNode value, SourceSeen source) {
        value.put("sourceLogStart", source.logStart());
        ArrayNode epochs = value.putArray("leaderEpochs");
        for (int i = 0; i < source.leaderEpochs().count(); i++) {
            epochs.addArray()
                    .add(source.leaderEpochs().epoch(i))
                    .add(source.leaderEpochs().start(i));
        }
    }

    private static byte[] bytes(ObjectNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // A tree of numbers and strings always becomes text.
        }
    }

    /**
     * Reads a key or a value.
     *
     * @return a missing node where the bytes are not one JSON object
     */
    static JsonNode parse(byte[] bytes) {
        try {
            JsonNode node = JSON.readTree(bytes);
            return node != null && node.isObject() ? node : JsonNodeFactory.instance.missingNode();
        } catch (IOException e) {
            return JsonNodeFactory.instance.missingNode();
        }
    }

    static TopicPartition source(JsonNode key) {
        return new TopicPartition(text(key, "topic"), intOf(key, "partition"));
    }

    static PartitionPair pair(TopicPartition source, JsonNode value) {
        return new PartitionPair(
                source,
                Uuid.fromString(text(value, "sourceTopicId")),
                text(value, "targetTopic"),
                Uuid.fromString(text(value, "targetTopicId")));
    }

    /** Progress that was saved without it does not say: -1. */
    static long targetStart(JsonNode value) {
        return value.has("targetStart") ? longOf(value, "targetStart", -1, Long.MAX_VALUE) : -1;
    }

    /** The number of a chunk; progress of earlier versions has all from the first on, and says nothing of it. */
    static int chunk(JsonNode value, String field) {
        return value.has(field) ? intOf(value, field) : 0;
    }

    /** Why older runs are not known, empty where they are. */
    static String damage(JsonNode value) {
        return value.path("damage").asText("");
    }

    static CoarseRuns.Key coarseKey(JsonNode key) {
        return new CoarseRuns.Key(intOf(key, "chunk"), intOf(key, "chunks"));
    }

    static CoarseRuns coarse(CoarseRuns.Key key, JsonNode value) {
        return new CoarseRuns(
                key.chunk(),
                key.chunks(),
                longOf(value, "source"),
                longOf(value, "sourceEnd"),
                longOf(value, "target"),
                longOf(value, "targetEnd"),
                longOf(value, "records"));
    }

    static Writer writer(JsonNode value) {
        return new Writer(intOf(value, "shard"), longOf(value, "producerId"), (short)
                longOf(value, "producerEpoch", Short.MIN_VALUE, Short.MAX_VALUE));
    }

    /** Records of earlier versions say nothing of their source. */
    static SourceSeen source(long position, JsonNode value) {
        JsonNode array = value.path("leaderEpochs");
        int[] epochs = new int[array.size()];
        long[] starts = new long[array.size()];
        for (int i = 0; i < epochs.length; i++) {
            JsonNode pair = array.get(i);
            if (pair.size() != 2) {
                throw new IllegalArgumentException("leaderEpochs[" + i + "] is not [epoch, start]");
            }
            epochs[i] = (int) whole(pair.get(0), "leaderEpochs");
            starts[i] = whole(pair.get(1), "leaderEpochs");
        }
        LeaderEpochs known = LeaderEpochs.of(epochs, starts);
        if (!known.below(position).equals(known)) {
            throw new IllegalArgumentException("leaderEpochs " + known + " are beyond the position, " + position);
        }
        return new SourceSeen(known, value.has("sourceLogStart") ? longOf(value, "sourceLogStart") : -1);
    }

    static Runs runs(JsonNode value, String field) {
        JsonNode array = value.path(field);
        if (!array.isArray()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        long[] triples = new long[3 * array.size()];
        for (int run = 0; run < array.size(); run++) {
            JsonNode triple = array.get(run);
            if (triple.size() != 3) {
                throw new IllegalArgumentException(field + "[" + run + "] is not [source, target, length]");
            }
            for (int i = 0; i < 3; i++) {
                triples[3 * run + i] = whole(triple.get(i), field);
            }
        }
        Runs runs = Runs.of(triples);
        if (!runs.isAscending()) {
            throw new IllegalArgumentException(field + " do not ascend: " + runs);
        }
        return runs;
    }

    static ShardOwner owner(JsonNode key, JsonNode value) {
        List<Long> former = new ArrayList<>();
        value.path("formerProducerIds").forEach(id -> former.add(whole(id, "formerProducerIds")));
        return new ShardOwner(
                intOf(key, "shard"),
                text(value, "instance"),
                longOf(value, "producerId"),
                (short) longOf(value, "producerEpoch", Short.MIN_VALUE, Short.MAX_VALUE),
                former);
    }

    /** Records of earlier versions say nothing of how the flow copies. */
    static FlowEnds ends(JsonNode value) {
        Map<String, String> settings = new HashMap<>();
        value.path("settings")
                .properties()
                .forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
        return new FlowEnds(
                text(value, "source"),
                text(value, "sourceClusterId"),
                text(value, "target"),
                text(value, "targetClusterId"),
                value.has("shards") ? intOf(value, "shards") : 0,
                settings);
    }

    static TopicClaim claim(JsonNode value) {
        return new TopicClaim(
                TopicClaim.State.valueOf(text(value, "state").toUpperCase(Locale.ROOT)),
                longOf(value, "turn"),
                text(value, "topic"));
    }

    static String text(JsonNode node, String field) {
        JsonNode found = node.path(field);
        if (!found.isTextual()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return found.textValue();
    }

    static int intOf(JsonNode node, String field) {
        return (int) longOf(node, field, 0, Integer.MAX_VALUE);
    }

    static long longOf(JsonNode node, String field) {
        return whole(node.path(field), field);
    }

    private static long longOf(JsonNode node, String field, long least, long most) {
        long value = longOf(node, field);
        if (value < least || value > most) {
            throw new IllegalArgumentException(field + " is " + value);
        }
        return value;
    }

    private static long whole(JsonNode number, String field) {
        if (!number.canConvertToLong() || !number.isIntegralNumber()) {
            throw new IllegalArgumentException(field + " is missing or no whole number");
        }
        return number.longValue();
    }
}
