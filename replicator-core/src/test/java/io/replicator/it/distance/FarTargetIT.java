package io.replicator.it.distance;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.it.Flows;
import io.replicator.it.SegmentFile;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A target at the end of a long line. Of each partition five batches can be on their way, so its speed is their size: they
 * must be as large as the target takes.
 */
@ExtendWith(ClusterExtension.class)
final class FarTargetIT {
    private static final Duration ONE_WAY = Duration.ofMillis(25);
    private static final int MAX_MESSAGE_BYTES = 1_048_588;
    private static final int RECORDS = 40_000;
    private static final int RECORD_BYTES = 1_000;
    private static final long MEMORY_BYTES = 128L << 20;

    /** Until the distance is known, batches pass one by one. */
    private static final int BATCHES_TO_LEARN = 100;

    /** The last of what waited need not be full. */
    private static final double FULL_SHARE = 0.9;

    @TempDir
    static Path directory;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.own(
                KafkaCluster.builder().name("west").directory(directory).proxied(true));
        target.brokers().forEach(broker -> broker.proxy().orElseThrow().delay(ONE_WAY));
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"NONE", "LZ4", "ZSTD"})
    void shouldFillBatchesToWhatTheTargetTakes(Codec codec) throws Exception {
        String topic = "far-" + codec.kafkaName();
        source.createTopic(topic, 1);
        target.createTopic(topic, 1, Map.of("segment.bytes", Integer.toString(1 << 30)));
        Load.to(source, topic)
                .records(RecordShape.values(RECORD_BYTES))
                .batches(BatchShape.of(codec))
                .write(RECORDS);

        try (Replicator replicator = Flows.start(Flows.flow(source, target, topic), MEMORY_BYTES)) {
            Flows.awaitCopied(replicator, source, topic);
        }

        List<SegmentFile.Batch> batches = SegmentFile.of(directory, topic, 0).batches();
        List<SegmentFile.Batch> merged = batches.stream()
                .filter(batch -> batch.sizeInBytes() > MAX_MESSAGE_BYTES / 2)
                .toList();
        assertThat(batches.size() - merged.size()).isLessThan(BATCHES_TO_LEARN);
        assertThat(merged).hasSizeGreaterThan(10);
        // The median: a batch here and there goes out when not enough waits to fill it, on a slow machine.
        assertThat(median(merged))
                .as("%s", merged)
                .isBetween((int) (FULL_SHARE * MAX_MESSAGE_BYTES), MAX_MESSAGE_BYTES);
        assertThat(TopicDump.uncommitted(target, topic).contents())
                .isEqualTo(TopicDump.committed(source, topic).contents());
    }

    private static int median(List<SegmentFile.Batch> batches) {
        int[] sizes = batches.stream()
                .mapToInt(SegmentFile.Batch::sizeInBytes)
                .sorted()
                .toArray();
        return sizes[sizes.length / 2];
    }
}
