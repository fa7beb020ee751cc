package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.Cluster;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.it.Flows;
import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.TransactionalLoad;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import io.replicator.topics.TopicsPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A transaction on the source that does not end, told from one that takes its time. */
@ExtendWith(ClusterExtension.class)
class OpenTransactionsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SECOND = 1_000_000_000L;

    private static KafkaCluster source;

    private Cluster admin;
    private List<Copy> copies = List.of();

    @BeforeAll
    static void startCluster(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
    }

    @BeforeEach
    void openAdmin() {
        admin = io.replicator.cluster.KafkaCluster.open(Flows.cluster(source), "test", Duration.ofSeconds(10));
    }

    @AfterEach
    void closeAdmin() {
        admin.close();
    }

    @Test
    void shouldSayWhoseTransactionHoldsAPartitionUpAndHowToEndIt() throws Exception {
        source.createTopic("hanging", 1);
        Load.to(source, "hanging").write(100);
        TransactionalLoad.to(source, "hanging").recordsEach(10).open().abandon();
        FlowConfig flow = flow("hanging");
        Partition partition = partition("hanging", 100, 110, 100);
        OpenTransactions transactions = transactions(flow);

        look(transactions, partition, 1);
        look(transactions, partition, 60);
        assertThat(partition.health()).isEqualTo(Health.RUNNING);
        look(transactions, partition, 61);

        Health health = partition.health();
        assertThat(health.state()).isEqualTo(PartitionState.WAITING);
        assertThat(health.reason())
                .contains(
                        "hanging-0",
                        "open since offset 100",
                        "producer id",
                        "transactional id open-hanging-1",
                        ", open since 2",
                        "Z, for ",
                        "wrote");
        assertThat(health.resumesWhen())
                .contains("kafka-transactions.sh", "abort --topic hanging --partition 0 --start-offset 100");

        partition.publishSource(0, 111);
        look(transactions, partition, 62);
        assertThat(partition.health()).isEqualTo(Health.RUNNING);
    }

    @Test
    void shouldNotAskAboutPartitionsThatGetOn() throws Exception {
        OpenTransactions transactions = transactions(flow("other"));
        Partition copying = partition("copying", 100, 110, 50);
        Partition caughtUp = partition("caught-up", 100, 100, 100);
        Partition moving = partition("moving", 100, 110, 100);

        for (int second = 1; second < 200; second += 30) {
            moving.publishSource(0, 100 + second);
            moving.publishHighWatermark(110 + second);
            moving.publishPosition(100 + second, 0);
            for (Partition partition : List.of(copying, caughtUp, moving)) {
                look(transactions, partition, second);
                assertThat(partition.health()).isEqualTo(Health.RUNNING);
            }
        }
    }

    @Test
    void shouldNotWaitForTransactionsWhereEveryRecordCounts() throws Exception {
        Partition partition = partition("uncommitted", 100, 110, 100);
        OpenTransactions transactions = transactions(Flows.with(flow("uncommitted"), Isolation.READ_UNCOMMITTED));

        look(transactions, partition, 1);
        look(transactions, partition, 100);

        assertThat(partition.health()).isEqualTo(Health.RUNNING);
    }

    private OpenTransactions transactions(FlowConfig flow) {
        return new OpenTransactions(
                flow, () -> copies, new TransactionHolders(flow, admin), new DirectCalls(), PATIENCE);
    }

    private void look(OpenTransactions transactions, Partition partition, long second) {
        copies = List.of(new Copy(partition, new OffsetMap(0), 0, 0));
        transactions.followed(new TopicsPlan(List.of(), List.of(), List.of(), false));
        if (transactions.dueInNanos(second * SECOND) <= 0) {
            transactions.turn(second * SECOND);
        }
    }

    private static FlowConfig flow(String topic) {
        return Flows.flow(
                "x", Flows.cluster(source), Flows.cluster("west", Map.of("bootstrap.servers", "none:1")), topic);
    }

    private static Partition partition(String topic, long lastStableOffset, long highWatermark, long position) {
        Partition partition = new Partition(
                new TopicPartition(topic, 0), Uuid.ZERO_UUID, topic, Uuid.ZERO_UUID, 0, position, -1, 1 << 20);
        partition.publishSource(0, lastStableOffset);
        partition.publishHighWatermark(highWatermark);
        return partition;
    }
}
