package io.replicator.it.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.replicator.Replicator;
import io.replicator.it.EngineLog;
import io.replicator.it.Flows;
import io.replicator.it.SegmentFile;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Blob;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.DumpedRecord;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.Texture;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** That what a flow warns of is so: what the target's settings do to a copy. */
@ExtendWith(ClusterExtension.class)
final class TargetSettingsIT {
    @Test
    void shouldWarnOnceOfWhatTheTargetThenDoes(Clusters clusters, @TempDir Path directory) throws Exception {
        KafkaCluster east = clusters.shared(KafkaCluster.builder().name("east"));
        KafkaCluster west = clusters.own(KafkaCluster.builder().name("west").directory(directory));
        try (EngineLog log = EngineLog.open()) {
            for (String topic : List.of("unchanged", "packed", "stamped")) {
                east.createTopic(topic, 1);
                Load.to(east, topic)
                        .records(RecordShape.values(1_000).texture(Texture.UNIFORM))
                        .batches(BatchShape.full(Codec.NONE, 100_000))
                        .write(500);
            }
            west.createTopic("unchanged", 1);
            west.createTopic("packed", 1, Map.of("compression.type", "zstd"));
            west.createTopic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));

            try (Replicator replicator = Flows.start(
                    Flows.flow("unchanged", Flows.cluster(east), Flows.cluster(west), "unchanged|packed|stamped"))) {
                Flows.awaitCopied(replicator, east, "unchanged", "packed", "stamped");
                // A partition that is found shows that the topics were looked at again.
                for (int partitions = 2; partitions <= 3; partitions++) {
                    int count = partitions;
                    east.admin()
                            .createPartitions(Map.of("unchanged", NewPartitions.increaseTo(count)))
                            .all()
                            .get();
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> replicator.flows().get(0).partitions().stream()
                                            .filter(each -> each.topic().equals("unchanged"))
                                            .count()
                                    == count);
                }
            }

            assertThat(log.lines(Level.WARN).stream().filter(line -> line.startsWith("topic ")))
                    .hasSize(2)
                    .anyMatch(line -> line.contains("packed") && line.contains("compression.type=producer"))
                    .anyMatch(line -> line.contains("stamped") && line.contains("message.timestamp.type=CreateTime"));
            assertThat(values(west, "packed")).isEqualTo(values(east, "packed"));
            assertThat(bytes(directory, "packed")).isLessThan(bytes(directory, "unchanged") * 9 / 10);
            assertThat(values(west, "stamped")).isEqualTo(values(east, "stamped"));
            assertThat(timestamps(west, "unchanged")).isEqualTo(timestamps(east, "unchanged"));
            assertThat(timestamps(west, "stamped")).isNotEqualTo(timestamps(east, "stamped"));
        }
    }

    private static List<Blob> values(KafkaCluster cluster, String topic) {
        return TopicDump.committed(cluster, topic).partition(0).stream()
                .map(DumpedRecord::value)
                .toList();
    }

    private static List<Long> timestamps(KafkaCluster cluster, String topic) {
        return TopicDump.committed(cluster, topic).partition(0).stream()
                .map(DumpedRecord::timestamp)
                .toList();
    }

    private static long bytes(Path directory, String topic) {
        return SegmentFile.of(directory, topic, 0).batches().stream()
                .mapToLong(SegmentFile.Batch::sizeInBytes)
                .sum();
    }
}
