package io.replicator.offsets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Reads the values of chunks, token by token: a log is mostly runs, and a tree of each would be most of the work of a start.
 */
final class RunsParser {
    private static final JsonFactory JSON = new JsonFactory();

    private long[] triples = new long[3 * RunChunk.RUNS];
    private int count;
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();

    /**
     * Reads a value; what it says is there until the next one is read.
     *
     * @throws IllegalArgumentException when it is none
     */
    void read(byte[] value) {
        count = -1;
        texts.clear();
        numbers.clear();
        try (JsonParser parser = JSON.createParser(value)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "it is not a JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                readField(parser);
            }
            require(parser.currentToken() == JsonToken.END_OBJECT, "it is not a whole JSON object");
        } catch (IOException e) {
            throw new IllegalArgumentException("it is not JSON", e);
        }
    }

    private void readField(JsonParser parser) throws IOException {
        String field = parser.currentName();
        JsonToken token = parser.nextToken();
        if (field.equals(OffsetLogFormat.RUNS) && token == JsonToken.START_ARRAY) {
            readRuns(parser);
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
            numbers.put(field, parser.getLongValue());
        } else if (token == JsonToken.VALUE_STRING) {
            texts.put(field, parser.getText());
        } else {
            parser.skipChildren();
        }
    }

    private void readRuns(JsonParser parser) throws IOException {
        count = 0;
        while (parser.nextToken() == JsonToken.START_ARRAY) {
            if (3 * count == triples.length) {
                triples = Arrays.copyOf(triples, 2 * triples.length);
            }
            for (int column = 0; column < 3; column++) {
                require(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, "a run is not [source, target, length]");
                triples[3 * count + column] = parser.getLongValue();
            }
            require(parser.nextToken() == JsonToken.END_ARRAY, "a run is not [source, target, length]");
            count++;
        }
        require(parser.currentToken() == JsonToken.END_ARRAY, "runs are not a list of runs");
    }

    /** The format's version, 0 where it is not said. */
    long version() {
        return numbers.getOrDefault("v", 0L);
    }

    PackedRuns runs() {
        require(count >= 0, "runs are missing");
        Runs runs = Runs.of(Arrays.copyOf(triples, 3 * count));
        require(runs.isAscending(), "runs do not ascend");
        return new PackedRuns(runs);
    }

    PartitionPair pair(TopicPartition source) {
        return new PartitionPair(
                source,
                Uuid.fromString(text("sourceTopicId")),
                text("targetTopic"),
                Uuid.fromString(text("targetTopicId")));
    }

    Writer writer() {
        return new Writer(Math.toIntExact(number("shard")), number("producerId"), (short) number("producerEpoch"));
    }

    private String text(String field) {
        String text = texts.get(field);
        require(text != null, field + " is missing");
        return text;
    }

    private long number(String field) {
        Long number = numbers.get(field);
        require(number != null, field + " is missing");
        return number;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
