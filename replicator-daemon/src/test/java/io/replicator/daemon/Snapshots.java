package io.replicator.daemon;

import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.LaneStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.measure.LatencyHistograms;
import io.replicator.partition.Fault;
import io.replicator.partition.PartitionState;
import io.replicator.positions.GroupPosition;
import io.replicator.positions.GroupsStatus;
import io.replicator.positions.PositionState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/** Flows as the engine might show them. */
public final class Snapshots {
    private Snapshots() {}

    public static FlowStatus flow(String name, FlowState state, String reason, PartitionStatus... partitions) {
        return new FlowStatus(
                name,
                "east",
                "west",
                state,
                reason,
                1234.5,
                2_500_000,
                List.of(partitions),
                List.of(lane()),
                new LatencyHistograms(histogram(1_200, 60_000_000), histogram(900)),
                Set.of(0, 3),
                16,
                false);
    }

    /** Of a flow that is FAILED. */
    public static FlowStatus failed(String reason, boolean mayRestart) {
        FlowStatus owner = flow("x", FlowState.FAILED, reason);
        return new FlowStatus(
                owner.name(),
                owner.source(),
                owner.target(),
                owner.state(),
                owner.reason(),
                0,
                0,
                List.of(),
                List.of(),
                owner.latencies(),
                Set.of(),
                owner.shards(),
                mayRestart);
    }

    /** Of an instance that owns no shard. */
    public static FlowStatus standby() {
        FlowStatus owner = running();
        return new FlowStatus(
                owner.name(),
                owner.source(),
                owner.target(),
                owner.state(),
                owner.reason(),
                0,
                0,
                List.of(),
                owner.lanes(),
                owner.latencies(),
                Set.of(),
                owner.shards(),
                false);
    }

    public static FlowStatus running(PartitionStatus... partitions) {
        return flow("x", FlowState.RUNNING, "", partitions);
    }

    public static PartitionStatus partition(String topic, int number, long position, long sourceEnd) {
        return partition(topic, number, PartitionState.RUNNING, "", position, sourceEnd, position);
    }

    public static PartitionStatus failed(String topic, int number, String reason) {
        return partition(topic, number, PartitionState.FAILED, reason, 5, 10, 5);
    }

    public static PartitionStatus counting(String topic, int number, long records) {
        return partition(topic, number, PartitionState.RUNNING, "", 0, 0, records);
    }

    private static PartitionStatus partition(
            String topic,
            int number,
            PartitionState state,
            String reason,
            long position,
            long sourceEnd,
            long records) {
        return new PartitionStatus(
                topic,
                number,
                topic,
                state,
                reason,
                reason.isEmpty() ? "" : "somebody helps",
                0,
                sourceEnd,
                position,
                position,
                sourceEnd > position ? 1500 : 0,
                0,
                records,
                records * 10,
                records / 10,
                records / 20,
                records / 50);
    }

    private static LaneStatus lane() {
        return new LaneStatus(
                0, 7, 8, 9, 21, 1, 3, 1024, 4096, 65536, 2, Map.of("quota", 1_500_000_000L), Map.of(Fault.FENCED, 4L));
    }

    private static Histogram histogram(long... micros) {
        Histogram histogram = new Histogram(3);
        for (long value : micros) {
            histogram.recordValue(value);
        }
        return histogram;
    }

    /** One group of a flow: a position that is synced, one that the copy has not come to. */
    public static GroupsStatus groups() {
        return new GroupsStatus(
                List.of(
                        new GroupPosition(
                                "billing",
                                "billing",
                                "a",
                                0,
                                "a",
                                70,
                                65,
                                PositionState.SYNCED,
                                true,
                                "",
                                1_000,
                                0,
                                ""),
                        new GroupPosition(
                                "billing",
                                "billing",
                                "a",
                                1,
                                "a",
                                95,
                                -1,
                                PositionState.NOT_YET,
                                false,
                                "why",
                                -1,
                                5,
                                "")),
                "",
                2_000);
    }
}
