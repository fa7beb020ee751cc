package io.replicator.testkit.data;

import io.replicator.testkit.KafkaCluster;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Records at the edges of what a broker takes: whoever copies these unchanged copies anything. */
public final class OddRecords {
    /** Topic settings without which a broker refuses some of the timestamps. */
    public static final Map<String, String> TOPIC_SETTINGS = Map.of(
            "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE),
            "message.timestamp.before.max.ms", Long.toString(Long.MAX_VALUE));

    private static final long SOME_TIME = 1_700_000_000_000L;
    /** In the year 9999. */
    private static final long FAR_FUTURE = 253_370_764_800_000L;
    /** A broker takes batches of 1 MiB and 12 bytes; the rest is the batch's header and the record's. */
    private static final int LARGEST_VALUE_BYTES = (1 << 20) - 128;

    private static final Blob KEY = Blob.of("key");
    private static final Blob VALUE = Blob.of("value");
    private static final Blob EMPTY = Blob.of("");

    private OddRecords() {}

    /** Every odd record, by what is odd about it. */
    public static Map<String, RecordContent> all() {
        Map<String, RecordContent> odd = new LinkedHashMap<>();
        odd.put("key absent", record(SOME_TIME, Blob.ABSENT, VALUE));
        odd.put("key empty", record(SOME_TIME, EMPTY, VALUE));
        odd.put("value absent", record(SOME_TIME, KEY, Blob.ABSENT));
        odd.put("value empty", record(SOME_TIME, KEY, EMPTY));
        odd.put("all absent", record(SOME_TIME, Blob.ABSENT, Blob.ABSENT));
        odd.put("all empty", record(SOME_TIME, EMPTY, EMPTY));
        odd.put("header value absent", record(SOME_TIME, KEY, VALUE, header("h", Blob.ABSENT)));
        odd.put("header value empty", record(SOME_TIME, KEY, VALUE, header("h", EMPTY)));
        odd.put("header key empty", record(SOME_TIME, KEY, VALUE, header("", VALUE)));
        odd.put(
                "header keys repeated, in order",
                record(
                        SOME_TIME,
                        KEY,
                        VALUE,
                        header("h", Blob.of("2")),
                        header("g", Blob.of("0")),
                        header("h", Blob.of("1")),
                        header("h", Blob.of("2"))));
        odd.put("many headers", record(SOME_TIME, KEY, VALUE, manyHeaders()));
        odd.put("timestamp 0", record(0, KEY, VALUE));
        odd.put("timestamp absent", record(RecordBatch.NO_TIMESTAMP, KEY, VALUE));
        odd.put("timestamp in the far future", record(FAR_FUTURE, KEY, VALUE));
        odd.put("timestamp before the others", record(SOME_TIME - 1_000_000_000L, KEY, VALUE));
        String text = "\u00e9\u4e2d\u0000\ud83d\ude80\u202e\ufeff\n";
        odd.put("unicode", record(SOME_TIME, Blob.of(text), Blob.of(text + text), header(text, Blob.of(text))));
        odd.put("not unicode", record(SOME_TIME, Blob.of(new byte[] {(byte) 0xff, (byte) 0xfe, 0}), Blob.of(new byte[] {
            (byte) 0xc0
        })));
        odd.put("as large as may be", record(SOME_TIME, Blob.ABSENT, largest()));
        return odd;
    }

    /** Writes them all to a topic that has {@link #TOPIC_SETTINGS}, each in a batch of its own. */
    public static void write(KafkaCluster cluster, String topic, int partition) {
        all().values().forEach(content -> RawProducer.append(cluster, topic, partition, batch(List.of(content))));
    }

    /** Writes all but the largest one to a topic that has {@link #TOPIC_SETTINGS}, in one batch. */
    public static void writeTogether(KafkaCluster cluster, String topic, int partition, Codec codec) {
        List<RecordContent> small = all().values().stream()
                .filter(content -> content.value().length() < LARGEST_VALUE_BYTES)
                .toList();
        RawProducer.append(cluster, topic, partition, batch(small, codec));
    }

    /** One v2 batch of these records, as no producer wrote it. */
    public static MemoryRecords batch(List<RecordContent> contents, Codec codec) {
        return batch(contents, Compression.of(codec.kafkaName()).build());
    }

    private static MemoryRecords batch(List<RecordContent> contents) {
        return batch(contents, Compression.NONE);
    }

    private static MemoryRecords batch(List<RecordContent> contents, Compression compression) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 10);
        try (MemoryRecordsBuilder builder = MemoryRecords.builder(buffer, compression, TimestampType.CREATE_TIME, 0L)) {
            for (RecordContent content : contents) {
                builder.append(
                        content.timestamp(),
                        content.key().orNull(),
                        content.value().orNull(),
                        content.kafkaHeaders());
            }
            return builder.build();
        }
    }

    private static RecordContent record(long timestamp, Blob key, Blob value, HeaderContent... headers) {
        return new RecordContent(timestamp, key, value, List.of(headers));
    }

    private static HeaderContent header(String key, Blob value) {
        return new HeaderContent(key, value);
    }

    private static HeaderContent[] manyHeaders() {
        HeaderContent[] headers = new HeaderContent[200];
        for (int i = 0; i < headers.length; i++) {
            headers[i] = header("header-" + i, Blob.of(Integer.toString(i)));
        }
        return headers;
    }

    private static Blob largest() {
        byte[] value = new byte[LARGEST_VALUE_BYTES];
        Texture.NOISE.fill(value, new SplittableRandom(1));
        return Blob.of(value);
    }
}
