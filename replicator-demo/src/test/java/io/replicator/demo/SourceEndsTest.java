package io.replicator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.measure.LatencyHistograms;
import io.replicator.measure.LatencyRecorder;
import io.replicator.partition.PartitionState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class SourceEndsTest {
    private final SourceEnds ends =
            new SourceEnds(Map.of(new TopicPartition("orders", 0), 10L, new TopicPartition("orders", 1), 20L));

    @Test
    void shouldBeReachedWhenEveryPartitionIsCopied() {
        assertThat(ends.reachedBy(flow(partition(0, 10), partition(1, 21)))).isTrue();
    }

    @Test
    void shouldMissAPartitionThatTheFlowDoesNotKnow() {
        assertThat(ends.missing(flow(partition(0, 10)))).containsExactly("orders-1 is not copied by the flow");
    }

    @Test
    void shouldMissAPartitionThatIsBehind() {
        assertThat(ends.missing(flow(partition(0, 9), partition(1, 20))))
                .singleElement()
                .asString()
                .startsWith("orders-0 is at 9 of 10");
    }

    private static FlowStatus flow(PartitionStatus... partitions) {
        return new FlowStatus(
                "east-to-west",
                "east",
                "west",
                FlowState.RUNNING,
                "",
                0,
                0,
                List.of(partitions),
                List.of(),
                new LatencyHistograms(LatencyRecorder.empty(), LatencyRecorder.empty()),
                Set.of(0),
                1,
                false);
    }

    private static PartitionStatus partition(int number, long position) {
        return new PartitionStatus(
                "orders",
                number,
                "orders",
                PartitionState.RUNNING,
                "",
                "",
                0,
                position,
                position,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0);
    }
}
