package io.replicator.flow;

import io.replicator.agent.AgentThread;
import io.replicator.config.FlowConfig;
import io.replicator.delivery.ShardEvents;
import io.replicator.lane.Lane;
import io.replicator.measure.LatencyHistograms;
import io.replicator.measure.LatencyRecorder;
import io.replicator.offsets.Progress;
import io.replicator.partition.Fault;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A flow's lanes: opened together, replaced one by one when they die, closed together. */
final class Lanes {
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
    private static final long COLLECT_TIMEOUT_MILLIS = 2_000;

    private final FlowConfig flow;
    private final long laneMemoryBytes;
    private final Runnable onNews;
    private final ShardEvents shardEvents;
    private final List<Lane.Measures> measures = new ArrayList<>();

    /** Written by the control thread, read by whoever reports. */
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();

    /** Lanes that were asked what they have to save and have not said yet. */
    private final Map<Lane, CompletableFuture<List<Progress>>> asked = new LinkedHashMap<>();

    /** The next partition number of each lane. */
    private final int[] nextLaneIndexes;

    private final LaneAssignment places;

    Lanes(FlowConfig flow, int count, long memoryBytes, Runnable onNews, ShardEvents shardEvents) {
        this.flow = flow;
        this.laneMemoryBytes = memoryBytes / count;
        this.onNews = onNews;
        this.shardEvents = shardEvents;
        this.nextLaneIndexes = new int[count];
        this.places = new LaneAssignment(count);
        for (int number = 0; number < count; number++) {
            measures.add(new Lane.Measures());
        }
    }

    void open() {
        for (int number = 0; number < nextLaneIndexes.length; number++) {
            Lane lane = newLane(number, Lane.Memory.of(laneMemoryBytes));
            lanes.add(lane);
            lane.start(onNews, shardEvents);
        }
    }

    private Lane newLane(int number, Lane.Memory memory) {
        return new Lane(flow, number, nextLaneIndexes.length, memory, measures.get(number));
    }

    /** Which lane serves which shard. */
    LaneAssignment places() {
        return places;
    }

    Lane lane(int number) {
        return lanes.get(number);
    }

    /** The lane that serves a shard. */
    Lane laneOf(int shard) {
        return lanes.get(places.laneOf(shard));
    }

    int nextLaneIndex(int lane) {
        return nextLaneIndexes[lane]++;
    }

    /** The first lane that died, if one did. */
    Optional<Lane> dead() {
        return lanes.stream().filter(lane -> lane.death().isPresent()).findFirst();
    }

    /** Puts a new lane in a dead one's place and memory, without partitions. Its threads have ended then. */
    void replace(Lane dead) {
        closeQuietly(dead);
        asked.remove(dead);
        nextLaneIndexes[dead.number()] = 0;
        Lane lane = newLane(dead.number(), dead.handOverMemory().orElseGet(() -> Lane.Memory.of(laneMemoryBytes)));
        lanes.set(dead.number(), lane);
        lane.start(onNews, shardEvents);
    }

    private static void closeQuietly(Lane lane) {
        try {
            lane.close();
        } catch (RuntimeException failure) {
            LOG.error("a lane did not close lane={}", lane.number(), failure);
        }
    }

    /**
     * What lanes have to save.
     *
     * @param progress of all that answered
     * @param silent the lanes that did not say all that they had when they were asked: what they serve is not saved with this
     */
    record Collected(List<Progress> progress, Set<Integer> silent) {}

    /**
     * What all lanes have to save. A lane that does not answer in time is asked no second question until it does: its answer,
     * which nobody else will ever get, is taken with a later call, and is old then.
     */
    Collected collect() throws InterruptedException {
        Set<Lane> old = Set.copyOf(asked.keySet());
        for (Lane lane : lanes) {
            asked.computeIfAbsent(lane, Lane::collect);
        }
        List<Progress> progress = new ArrayList<>();
        for (Lane lane : List.copyOf(asked.keySet())) {
            if (take(lane, progress) && old.contains(lane)) {
                asked.put(lane, lane.collect());
                take(lane, progress);
            }
        }
        return new Collected(progress, asked.keySet().stream().map(Lane::number).collect(Collectors.toSet()));
    }

    private boolean take(Lane lane, List<Progress> progress) throws InterruptedException {
        Optional<List<Progress>> answer = await(asked.get(lane), COLLECT_TIMEOUT_MILLIS);
        answer.ifPresent(each -> {
            asked.remove(lane);
            progress.addAll(each);
        });
        return answer.isPresent();
    }

    /** Stops fetching and waits until nothing is on its way; false when the time was up first. */
    boolean drain(long timeoutMillis) throws InterruptedException {
        lanes.forEach(Lane::stopFetching);
        List<CompletableFuture<Void>> answers = lanes.stream().map(Lane::drain).toList();
        CompletableFuture<Void> all = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
        return await(all.thenApply(none -> true), timeoutMillis).isPresent();
    }

    private static <T> Optional<T> await(CompletableFuture<T> answer, long timeoutMillis) throws InterruptedException {
        try {
            return Optional.of(answer.get(timeoutMillis, TimeUnit.MILLISECONDS));
        } catch (TimeoutException late) {
            return Optional.empty();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure.getCause());
        }
    }

    void close() {
        lanes.forEach(Lanes::closeQuietly);
    }

    List<AgentThread> threads() {
        return lanes.stream().flatMap(lane -> lane.threads().stream()).toList();
    }

    /** What each lane counts, as it stands now. */
    List<LaneStatus> status() {
        List<LaneStatus> status = new ArrayList<>();
        for (Lane lane : lanes) {
            Lane.Measures counted = measures.get(lane.number());
            Map<Fault, Long> errors = new EnumMap<>(Fault.class);
            counted.fetch().faults.addTo(errors);
            counted.produce().faults.addTo(errors);
            status.add(new LaneStatus(
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
                    errors));
        }
        return status;
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
