package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(ClusterExtension.class)
final class LocalClusterIT {
    @TempDir
    private Path root;

    @Test
    void shouldKeepItsLogAndItsPortsWhenStoppedKilledAndStarted() throws Exception {
        try (KafkaCluster cluster = one().start()) {
            cluster.createTopic("orders", 3);
            KafkaBroker broker = cluster.broker(0);
            Load.to(cluster, "orders").write(50);
            TopicDump before = TopicDump.committed(cluster, "orders");

            broker.stop();
            boolean ranAfterStop = broker.isRunning();
            broker.start();
            broker.kill();
            boolean ranAfterKill = broker.isRunning();
            broker.start();

            assertThat(ranAfterStop).isFalse();
            assertThat(ranAfterKill).isFalse();
            assertThat(before.count()).isEqualTo(50);
            assertThat(TopicDump.committed(cluster, "orders").partitions()).isEqualTo(before.partitions());
            assertThat(cluster.admin().describeCluster().clusterId().get()).isEqualTo(cluster.clusterId());
            assertThatThrownBy(broker::start).hasMessageContaining("runs already");
        }
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldAnswerNothingWhilePaused() {
        try (KafkaCluster cluster = one().start()) {
            cluster.broker(0).pause();

            assertThat(cluster.broker(0).isRunning()).isTrue();
            assertThat(Readiness.listens(cluster.broker(0))).isTrue();
            assertThatThrownBy(() -> describe(cluster)).isInstanceOf(KafkaException.class);

            cluster.broker(0).resume();
            assertThat(describe(cluster)).isEqualTo(cluster.clusterId());
        }
    }

    @Test
    void shouldReachBrokersThroughTheirProxies() {
        try (KafkaCluster cluster = one().proxied(true).start()) {
            TcpProxy proxy = cluster.broker(0).proxy().orElseThrow();
            cluster.createTopic("orders", 1);
            Load.to(cluster.clientProperties(), "orders").write(10);

            assertThat(cluster.bootstrapServers()).isEqualTo("127.0.0.1:" + proxy.port());
            assertThat(TopicDump.committed(cluster, "orders").count()).isEqualTo(10);

            proxy.refuse();
            proxy.cut();
            assertThatThrownBy(() -> describe(cluster)).isInstanceOf(KafkaException.class);
            assertThat(TopicDump.committed(cluster, "orders").count()).isEqualTo(10);

            proxy.accept();
            assertThat(describe(cluster)).isEqualTo(cluster.clusterId());
        }
    }

    @Test
    void shouldLeaveItsLogsToATestThatFailed(@TempDir Path saved) throws Exception {
        try (KafkaCluster cluster = one().start()) {
            BrokerLogs.saveTo(saved);
            assertThat(cluster.broker(0).logs()).isNotEmpty();
        }
        BrokerLogs.saveOpenClusters();

        try (Stream<Path> files = Files.walk(saved)) {
            List<Path> logs =
                    files.filter(file -> file.endsWith("broker-0/broker.log")).toList();
            assertThat(logs)
                    .singleElement()
                    .satisfies(log -> assertThat(log).content().contains("Kafka Server started"));
        }
    }

    @Test
    void shouldServeOnTwoOfThreeBrokers() throws Exception {
        try (KafkaCluster cluster = KafkaCluster.builder()
                .name("three")
                .brokers(3)
                .directory(root)
                .heapMebibytes(256)
                .start()) {
            cluster.createTopic("orders", 3, Map.of("min.insync.replicas", "2"));
            TopicPartition partition = new TopicPartition("orders", 0);
            Load.to(cluster, "orders").write(30);
            int leader = leader(cluster, partition);

            cluster.broker(leader).kill();
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> leader(cluster, partition) != leader);
            Load.to(cluster, "orders").seed(2).write(30);
            cluster.broker(leader).start();
            cluster.awaitReady();

            assertThat(cluster.brokers()).hasSize(3).allMatch(KafkaBroker::isRunning);
            assertThat(TopicDump.committed(cluster, "orders").count()).isEqualTo(60);
            assertThat(cluster.admin().describeCluster().nodes().get()).hasSize(3);
        }
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldSayWhyABrokerDoesNotStart() {
        assertThatThrownBy(() -> one().property("num.io.threads", "none").start())
                .hasMessageContaining("ended while it started")
                .hasMessageContaining("num.io.threads");
        assertThat(root).isEmptyDirectory();
    }

    private ClusterBuilder one() {
        return KafkaCluster.builder().name("one").directory(root).heapMebibytes(256);
    }

    private static int leader(KafkaCluster cluster, TopicPartition partition) throws Exception {
        return cluster.admin()
                .describeTopics(Set.of(partition.topic()))
                .allTopicNames()
                .get()
                .get(partition.topic())
                .partitions()
                .get(partition.partition())
                .leader()
                .id();
    }

    private static String describe(KafkaCluster cluster) {
        return AdminCall.with(
                cluster.clientProperties(), admin -> admin.describeCluster().clusterId());
    }
}
