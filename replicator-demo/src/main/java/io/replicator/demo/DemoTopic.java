package io.replicator.demo;

import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.RecordShape;
import java.util.List;
import java.util.Map;

/**
 * Topics of the load. They differ in everything that matters when they are copied.
 *
 * @param topic its name
 * @param description a few words for people
 * @param partitions when it is created
 * @param settings of the topic
 * @param records the shape of its records
 * @param batches the shape of its batches
 * @param pace the number of records
 */
record DemoTopic(
        String topic,
        String description,
        int partitions,
        Map<String, String> settings,
        RecordShape records,
        BatchShape batches,
        Pace pace) {
    static final DemoTopic ORDERS = new DemoTopic(
            "orders",
            "keyed, lz4",
            4,
            Map.of(),
            RecordShape.values(200, 600).keys(5_000).headers(1),
            BatchShape.of(Codec.LZ4),
            new Pace(60_000, 1_500));

    static final DemoTopic CLICKS = new DemoTopic(
            "clicks",
            "tiny, one record a batch",
            3,
            Map.of(),
            RecordShape.values(60),
            BatchShape.single(Codec.NONE),
            new Pace(2_000, 300));

    static final DemoTopic PAYMENTS = new DemoTopic(
            "payments",
            "transactions, some abort",
            2,
            Map.of(),
            RecordShape.values(150, 300).keys(1_000),
            BatchShape.of(Codec.SNAPPY),
            new Pace(2_000, 200));

    static final DemoTopic CATALOG = new DemoTopic(
            "catalog",
            "compacted, tombstones",
            2,
            Map.of(
                    "cleanup.policy", "compact",
                    // A broker compacts only closed segments; small ones show compaction within a minute.
                    "internal.segment.bytes", Integer.toString(256 << 10),
                    "min.cleanable.dirty.ratio", "0.01",
                    "min.compaction.lag.ms", "0"),
            RecordShape.values(100, 300).keys(500).tombstones(0.05),
            new BatchShape(Codec.NONE, 4 << 10, 5),
            new Pace(20_000, 200));

    static final DemoTopic LOGS = new DemoTopic(
            "logs",
            "large zstd batches",
            3,
            Map.of(),
            RecordShape.values(300, 1_200),
            new BatchShape(Codec.ZSTD, 256 << 10, 100),
            new Pace(60_000, 1_500));

    /** Created while the flow runs. */
    static final DemoTopic RETURNS = new DemoTopic(
            "returns",
            "keyed, gzip",
            2,
            Map.of(),
            RecordShape.values(200, 400).keys(500),
            BatchShape.of(Codec.GZIP),
            new Pace(0, 300));

    /** The topics that exist when the daemon starts. */
    static final List<DemoTopic> FIRST = List.of(ORDERS, CLICKS, PAYMENTS, CATALOG, LOGS);

    static final List<DemoTopic> ALL = List.of(ORDERS, CLICKS, PAYMENTS, CATALOG, LOGS, RETURNS);

    /** In the topic that is written in transactions. */
    static final int RECORDS_PER_TRANSACTION = 10;

    DemoTopic {
        settings = Map.copyOf(settings);
    }

    /** The records written before the daemon starts, and the rate while it runs. */
    record Pace(int backlogRecords, int recordsPerSecond) {}

    /** The topic with this name. */
    static DemoTopic named(String topic) {
        return ALL.stream()
                .filter(each -> each.topic().equals(topic))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no topic " + topic));
    }

    boolean isTransactional() {
        return equals(PAYMENTS);
    }

    /** The seed of the record generator. */
    long seed() {
        return ALL.indexOf(this);
    }
}
