package io.replicator.produce;

import io.replicator.wire.ProduceCall;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/** One target broker: the partitions that have something to send to it, and how many requests it has not answered. */
final class TargetBroker {
    static final int REQUESTS_IN_FLIGHT = 5;

    final int nodeId;
    final ArrayDeque<PartitionWindow> sendable = new ArrayDeque<>();
    int inflightRequests;

    private final RoundTrip roundTrip = new RoundTrip();

    /** Of the requests in flight, which are answered in the order in which they were sent: what was owed with each. */
    private final long[] owedBytes = new long[REQUESTS_IN_FLIGHT];

    private int oldest;
    private long inflightBytes;

    /** When its windows were last told that it cannot be reached, 0 when they never were. */
    long toldNanos;

    /** When it last answered, or was first asked after a time without requests. */
    long lastSignNanos;

    TargetBroker(int nodeId) {
        this.nodeId = nodeId;
    }

    void sent(int requestBytes, long nowNanos) {
        if (inflightRequests == 0) {
            lastSignNanos = nowNanos;
        }
        inflightBytes += requestBytes;
        int newest = (oldest + inflightRequests) % REQUESTS_IN_FLIGHT;
        owedBytes[newest] = inflightBytes;
        inflightRequests++;
    }

    /** @param tookMillis how long the answer took, {@link ProduceCall#NO_ANSWER} when none will come */
    void answered(int requestBytes, long tookMillis, long nowNanos) {
        if (tookMillis != ProduceCall.NO_ANSWER) {
            roundTrip.answered(TimeUnit.MILLISECONDS.toNanos(tookMillis), owedBytes[oldest], nowNanos);
        }
        oldest = (oldest + 1) % REQUESTS_IN_FLIGHT;
        inflightRequests--;
        inflightBytes -= requestBytes;
        lastSignNanos = nowNanos;
    }

    boolean hasFreeRequest() {
        return inflightRequests < REQUESTS_IN_FLIGHT;
    }

    /**
     * Whether round trips to it are what limits a partition.
     *
     * @param waitingBatches of the partition
     * @param freePlaces in the partition's window
     */
    boolean bindsByRoundTrips(int waitingBatches, int freePlaces, long nowNanos) {
        int free = Math.min(freePlaces, REQUESTS_IN_FLIGHT - inflightRequests);
        return WayChoice.isBoundByRoundTrips(roundTrip.nanos(nowNanos), waitingBatches, free);
    }

    /** Whether it has owed an answer for so long. */
    boolean isSilent(long nowNanos, long sinceNanos) {
        return inflightRequests > 0 && nowNanos - lastSignNanos > sinceNanos;
    }
}
