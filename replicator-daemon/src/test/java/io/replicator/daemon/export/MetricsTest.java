package io.replicator.daemon.export;

import static io.replicator.daemon.Snapshots.counting;
import static io.replicator.daemon.Snapshots.failed;
import static io.replicator.daemon.Snapshots.partition;
import static io.replicator.daemon.Snapshots.running;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.daemon.Snapshots;
import io.replicator.daemon.Version;
import io.replicator.flow.FlowStatus;
import io.replicator.positions.GroupsStatus;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

final class MetricsTest {
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{.*})?) (-?[0-9.E+-]+|\\+Inf|NaN)");

    private List<FlowStatus> flows = List.of(running(partition("a", 0, 90, 100), failed("b", 3, "why")));

    @Test
    void shouldExposeEveryPromisedNameWithItsValue() {
        Map<String, Double> samples = scrape(true);

        assertThat(samples)
                .containsEntry("replicator_records_total{flow=\"x\",partition=\"0\",topic=\"a\"}", 90.0)
                .containsEntry("replicator_bytes_total{flow=\"x\",partition=\"0\",topic=\"a\"}", 900.0)
                .containsEntry("replicator_gap_records_total{flow=\"x\",partition=\"0\",topic=\"a\"}", 9.0)
                .containsEntry("replicator_truncated_records_total{flow=\"x\",partition=\"0\",topic=\"a\"}", 4.0)
                .containsEntry("replicator_recreations_total{flow=\"x\",partition=\"0\",topic=\"a\"}", 1.0)
                .containsEntry("replicator_lag_records{flow=\"x\",partition=\"0\",topic=\"a\"}", 10.0)
                .containsEntry("replicator_lag_seconds{flow=\"x\",partition=\"0\",topic=\"a\"}", 1.5)
                .containsEntry(
                        "replicator_partition_state{flow=\"x\",partition=\"3\",state=\"FAILED\",topic=\"b\"}", 1.0)
                .containsEntry(
                        "replicator_partition_state{flow=\"x\",partition=\"3\",state=\"RUNNING\",topic=\"b\"}", 0.0)
                .containsEntry("replicator_batches_total{flow=\"x\",lane=\"0\",way=\"pass\"}", 7.0)
                .containsEntry("replicator_batches_total{flow=\"x\",lane=\"0\",way=\"coalesce\"}", 8.0)
                .containsEntry("replicator_batches_total{flow=\"x\",lane=\"0\",way=\"rebuild\"}", 9.0)
                .containsEntry("replicator_recovered_records_total{flow=\"x\",lane=\"0\"}", 21.0)
                .containsEntry("replicator_recovered_ambiguous_total{flow=\"x\",lane=\"0\"}", 1.0)
                .containsEntry("replicator_flow_state{flow=\"x\",state=\"RUNNING\"}", 1.0)
                .containsEntry("replicator_flow_state{flow=\"x\",state=\"FAILED\"}", 0.0)
                .containsEntry("replicator_shards_owned{flow=\"x\"}", 2.0)
                .containsEntry("replicator_group_offset_lag_records{flow=\"x\",group=\"billing\"}", 5.0)
                .containsEntry("replicator_group_positions{flow=\"x\",state=\"SYNCED\"}", 1.0)
                .containsEntry("replicator_group_positions{flow=\"x\",state=\"AHEAD\"}", 0.0)
                .containsEntry("replicator_ring_occupied{flow=\"x\",lane=\"0\"}", 3.0)
                .containsEntry("replicator_ring_slots{flow=\"x\",lane=\"0\"}", 1024.0)
                .containsEntry("replicator_memory_used_bytes{flow=\"x\",lane=\"0\"}", 4096.0)
                .containsEntry("replicator_memory_limit_bytes{flow=\"x\",lane=\"0\"}", 65536.0)
                .containsEntry("replicator_inflight_requests{flow=\"x\",lane=\"0\"}", 2.0)
                .containsEntry("replicator_errors_total{cause=\"FENCED\",flow=\"x\",lane=\"0\"}", 4.0)
                .containsEntry("replicator_throttle_seconds_total{flow=\"x\",lane=\"0\",reason=\"quota\"}", 1.5)
                .containsEntry("replicator_replication_latency_seconds_count{flow=\"x\"}", 2.0)
                .containsEntry("replicator_hop_latency_seconds_count{flow=\"x\"}", 1.0);
        assertThat(samples.get("replicator_group_sync_age_seconds{flow=\"x\"}")).isGreaterThan(1_000_000_000);
        assertThat(samples.keySet()).anyMatch(name -> name.startsWith("replicator_build_info{"));
        assertThat(samples.keySet()).anyMatch(name -> name.startsWith("jvm_memory_used_bytes"));
        assertThat(samples.keySet()).anyMatch(name -> name.startsWith("process_cpu_usage"));
    }

    @Test
    void shouldCountLatenciesInBucketsThatAddUp() {
        Map<String, Double> samples = scrape(true);

        assertThat(bucket(samples, "0.001")).isZero();
        assertThat(bucket(samples, "0.0025")).isEqualTo(1);
        assertThat(bucket(samples, "30.0")).isEqualTo(1);
        assertThat(bucket(samples, "300.0")).isEqualTo(2);
        assertThat(bucket(samples, "+Inf")).isEqualTo(2);
        assertThat(samples.get("replicator_replication_latency_seconds_sum{flow=\"x\"}"))
                .isBetween(60.0, 60.1);
    }

    private static double bucket(Map<String, Double> samples, String bound) {
        return samples.get("replicator_replication_latency_seconds_bucket{flow=\"x\",le=\"" + bound + "\"}");
    }

    @Test
    void shouldFoldPartitionsIntoTheirTopics() {
        flows = List.of(running(partition("a", 0, 90, 100), partition("a", 1, 5, 6), failed("a", 2, "why")));

        assertThat(scrape(false))
                .containsEntry("replicator_records_total{flow=\"x\",topic=\"a\"}", 100.0)
                .containsEntry("replicator_lag_records{flow=\"x\",topic=\"a\"}", 16.0)
                .containsEntry("replicator_lag_seconds{flow=\"x\",topic=\"a\"}", 1.5)
                .containsEntry("replicator_partition_state{flow=\"x\",state=\"RUNNING\",topic=\"a\"}", 2.0)
                .containsEntry("replicator_partition_state{flow=\"x\",state=\"FAILED\",topic=\"a\"}", 1.0);
        assertThat(scrape(false).keySet()).noneMatch(name -> name.contains("partition="));
    }

    @Test
    void shouldNeverLetAFoldedCounterFallWhileItsTopicIsThere() {
        String name = "replicator_records_total{flow=\"x\",topic=\"a\"}";
        try (Metrics metrics = new Metrics(() -> flows, flow -> Snapshots.groups(), false, Version.current())) {
            flows = List.of(running(counting("a", 0, 10), counting("a", 1, 20)));
            assertThat(samples(metrics)).containsEntry(name, 30.0);

            flows = List.of(running(counting("a", 1, 25)));
            assertThat(samples(metrics)).containsEntry(name, 35.0);

            flows = List.of(running(counting("a", 0, 12), counting("a", 1, 3)));
            assertThat(samples(metrics)).containsEntry(name, 40.0);
        }
    }

    @Test
    void shouldForgetTopicsThatAreGone() {
        for (boolean perPartition : new boolean[] {true, false}) {
            try (Metrics metrics =
                    new Metrics(() -> flows, flow -> Snapshots.groups(), perPartition, Version.current())) {
                flows = List.of(running(counting("a", 0, 10), counting("b", 1, 20)));
                assertThat(samples(metrics).keySet()).anyMatch(name -> name.contains("topic=\"b\""));

                flows = List.of(running(counting("a", 0, 10)));
                assertThat(samples(metrics).keySet()).noneMatch(name -> name.contains("topic=\"b\""));
            }
        }
    }

    @Test
    void shouldLookAtTheEngineOncePerScrape() {
        AtomicInteger looks = new AtomicInteger();
        try (Metrics metrics = new Metrics(
                () -> {
                    looks.incrementAndGet();
                    return flows;
                },
                flow -> GroupsStatus.NONE,
                true,
                Version.current())) {
            int before = looks.get();

            metrics.scrape(Metrics.PROMETHEUS);

            assertThat(looks.get() - before).isEqualTo(1);
        }
    }

    @Test
    void shouldSpeakOpenMetricsWhenAskedTo() {
        try (Metrics metrics = new Metrics(() -> flows, flow -> Snapshots.groups(), true, Version.current())) {
            String type = Metrics.contentType("application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1");

            assertThat(type).isEqualTo(Metrics.OPEN_METRICS);
            assertThat(metrics.scrape(type)).endsWith("# EOF\n").contains("# TYPE replicator_records counter");
            assertThat(Metrics.contentType("*/*")).isEqualTo(Metrics.PROMETHEUS);
        }
    }

    @Test
    void shouldShowFlowsInJmxUntilItIsClosed() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("io.replicator:type=Flow,name=\"x\"");

        try (FlowMBeans beans = new FlowMBeans(List.of("x"), () -> flows)) {
            assertThat(beans).isNotNull();
            assertThat(server.getAttribute(name, "State")).isEqualTo("RUNNING");
            assertThat(server.getAttribute(name, "LagRecords")).isEqualTo(15L);
            assertThat(server.getAttribute(name, "PartitionsFailed")).isEqualTo(1L);
            assertThat(server.getMBeanInfo(name).getAttributes()).hasSizeGreaterThan(20);
        }
        assertThat(server.isRegistered(name)).isFalse();
    }

    private Map<String, Double> scrape(boolean perPartition) {
        try (Metrics metrics = new Metrics(() -> flows, flow -> Snapshots.groups(), perPartition, Version.current())) {
            return samples(metrics);
        }
    }

    /** Each line must be a comment or a sample, and no sample may come twice. */
    private static Map<String, Double> samples(Metrics metrics) {
        Map<String, Double> samples = new HashMap<>();
        metrics.scrape(Metrics.PROMETHEUS)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> {
                    Matcher sample = SAMPLE.matcher(line);
                    assertThat(sample.matches()).as(line).isTrue();
                    String value = sample.group(2).equals("+Inf") ? "Infinity" : sample.group(2);
                    assertThat(samples.put(sample.group(1), Double.valueOf(value)))
                            .as(line)
                            .isNull();
                });
        return samples;
    }
}
