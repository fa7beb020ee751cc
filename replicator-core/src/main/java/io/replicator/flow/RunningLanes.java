package io.replicator.flow;

import io.replicator.agent.AgentThread;
import io.replicator.config.FlowConfig;
import io.replicator.delivery.ShardEvents;
import io.replicator.lane.ControlledLane;
import io.replicator.lane.Lane;
import io.replicator.measure.LatencyHistograms;
import io.replicator.measure.LatencyRecorder;
import io.replicator.partition.Fault;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A flow's lanes with their threads and memory, and what they count over all their restarts. The control thread starts and
 * closes them; any thread may read what they count.
 */
final class RunningLanes implements LaneFactory, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningLanes.class);

    private final FlowConfig flow;
    private final int count;
    private final long laneMemoryBytes;
    private final Runnable onNews;
    private final ShardEvents shardEvents;
    private final List<Lane.Measures> measures;

    /** Written by the control thread; a place is empty until its first lane is started. */
    private final AtomicReferenceArray<Lane> lanes;

    /**
     * @param count how many the flow has
     * @param memoryBytes of all together
     * @param onNews told, on a thread of a lane, when topics or partitions came or went on the source
     * @param shardEvents told, on a producer's thread, what becomes of shards
     */
    RunningLanes(FlowConfig flow, int count, long memoryBytes, Runnable onNews, ShardEvents shardEvents) {
        this.flow = flow;
        this.count = count;
        this.laneMemoryBytes = memoryBytes / count;
        this.onNews = onNews;
        this.shardEvents = shardEvents;
        this.measures = IntStream.range(0, count)
                .mapToObj(number -> new Lane.Measures())
                .toList();
        this.lanes = new AtomicReferenceArray<>(count);
    }

    @Override
    public ControlledLane start(int number) {
        Lane.Memory memory = Optional.ofNullable(lanes.get(number))
                .flatMap(Lane::handOverMemory)
                .orElseGet(() -> Lane.Memory.of(laneMemoryBytes));
        Lane lane = new Lane(flow, number, count, memory, measures.get(number));
        lanes.set(number, lane);
        lane.start(onNews, shardEvents);
        return lane;
    }

    @Override
    public void end(ControlledLane dead) {
        closeQuietly(lanes.get(dead.number()));
    }

    private static void closeQuietly(Lane lane) {
        try {
            lane.close();
        } catch (RuntimeException failure) {
            LOG.error("a lane did not close lane={}", lane.number(), failure);
        }
    }

    @Override
    public void close() {
        started().forEach(RunningLanes::closeQuietly);
    }

    private Stream<Lane> started() {
        return IntStream.range(0, count).mapToObj(lanes::get).flatMap(Stream::ofNullable);
    }

    List<AgentThread> threads() {
        return started().flatMap(lane -> lane.threads().stream()).toList();
    }

    /** What each lane counts, as it stands now. */
    List<LaneStatus> status() {
        return started().map(this::status).toList();
    }

    private LaneStatus status(Lane lane) {
        Lane.Measures counted = measures.get(lane.number());
        Map<Fault, Long> errors = new EnumMap<>(Fault.class);
        counted.fetch().faults.addTo(errors);
        counted.produce().faults.addTo(errors);
        return new LaneStatus(
                lane.number(),
                counted.produce().passedBatches.value(),
                counted.produce().coalescedBatches.value(),
                counted.produce().rebuiltBatches.value(),
                counted.produce().recoveredRecords.value(),
                counted.produce().recoveredAmbiguous.value(),
                lane.ringOccupied(),
                lane.ringSlots(),
                lane.memoryUsedBytes(),
                lane.memoryLimitBytes(),
                lane.inflightRequests(),
                lane.throttleNanos(),
                errors);
    }

    /** All lanes' latencies since the start. One thread calls this. */
    LatencyHistograms latencies() {
        Histogram replication = LatencyRecorder.empty();
        Histogram hop = LatencyRecorder.empty();
        for (Lane.Measures counted : measures) {
            counted.produce().replicationMicros.addTo(replication);
            counted.produce().inProcessMicros.addTo(hop);
        }
        return new LatencyHistograms(replication, hop);
    }
}
