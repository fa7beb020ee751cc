package io.replicator.benchmarks.race;

import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordShape;
import java.util.List;
import java.util.Map;

/**
 * Records to copy, written to the source before the copy starts.
 *
 * @param name on the command line and in the results
 * @param title for people
 * @param partitions of the topic
 * @param records in it
 * @param shape of each record
 * @param batches how the source's producer batches them
 */
record DataSet(String name, String title, int partitions, int records, RecordShape shape, BatchShape batches) {
    private static final int PARTITIONS = 8;
    private static final int KIB = 1 << 10;

    /** Before compression; about 210 KiB after it. */
    private static final int LARGE_BATCH_BYTES = 400 * KIB;

    /** About five records of 100 B. */
    private static final int TINY_BATCH_BYTES = 600;

    /** The data sets of the main table. */
    static final List<DataSet> ALL = List.of(
            of("1k-none", "1 KiB, none", 2_000_000, KIB, BatchShape.of(Codec.NONE)),
            of("1k-lz4", "1 KiB, lz4", 2_000_000, KIB, BatchShape.of(Codec.LZ4)),
            of("1k-zstd", "1 KiB, zstd", 2_000_000, KIB, BatchShape.of(Codec.ZSTD)),
            of(
                    "1k-lz4-large",
                    "1 KiB, lz4, large batches",
                    2_000_000,
                    KIB,
                    BatchShape.full(Codec.LZ4, LARGE_BATCH_BYTES)),
            of("100b-lz4", "100 B, lz4", 12_000_000, 100, BatchShape.of(Codec.LZ4)),
            of("tiny-1k-none", "tiny batches, 1 KiB, none", 1_000_000, KIB, BatchShape.single(Codec.NONE)),
            of(
                    "tiny-100b-lz4",
                    "tiny batches, 100 B, lz4",
                    6_000_000,
                    100,
                    BatchShape.full(Codec.LZ4, TINY_BATCH_BYTES)));

    /** Few records in each of very many partitions. */
    static final DataSet WIDE = new DataSet(
            "wide",
            "3,000 partitions, 100 B",
            3_000,
            3_000_000,
            RecordShape.values(100),
            BatchShape.full(Codec.LZ4, 16 * KIB));

    /** One partition, whose speed a long round trip limits. */
    static final DataSet NARROW = new DataSet(
            "narrow", "one partition, 1 KiB, none", 1, 500_000, RecordShape.values(KIB), BatchShape.of(Codec.NONE));

    private static DataSet of(String name, String title, int records, int valueBytes, BatchShape batches) {
        return new DataSet(name, title, PARTITIONS, records, RecordShape.values(valueBytes), batches);
    }

    /** One of {@link #ALL}, by its name. */
    static DataSet of(String name) {
        return ALL.stream().filter(set -> set.name().equals(name)).findFirst().orElseThrow();
    }

    /** The same with another number of records, at least one for each partition. */
    DataSet scaled(double factor) {
        int scaled = (int) Math.max(partitions, records * factor);
        return new DataSet(name, title, partitions, scaled, shape, batches);
    }

    /** Creates the topic and writes the records; returns the size of their keys and values in bytes. */
    long write(KafkaCluster cluster, String topic) {
        cluster.createTopic(topic, partitions, Map.of());
        return Load.to(cluster, topic).records(shape).batches(batches).write(records);
    }
}
