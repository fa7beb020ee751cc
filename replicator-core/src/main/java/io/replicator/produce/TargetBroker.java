package io.replicator.produce;

import io.replicator.wire.ProduceCall;
import java.util.concurrent.TimeUnit;

/** One target broker: how many requests it has not answered, how far away it is, and whether it answers at all. */
final class TargetBroker {
    static final int REQUESTS_IN_FLIGHT = 5;

    /** Thousands of windows may wait for a broker: they are told that it cannot be reached no more often than this. */
    private static final long TELL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final int nodeId;
    private final RoundTrip roundTrip = new RoundTrip();

    /** Of the requests in flight, which are answered in the order in which they were sent: what was owed with each. */
    private final long[] owedBytes = new long[REQUESTS_IN_FLIGHT];

    private int oldest;
    private int inflightRequests;
    private long inflightBytes;

    /** When its windows were last told that it cannot be reached, 0 when they never were. */
    private long toldNanos;

    /** When it last answered, or was first asked after a time without requests. */
    private long lastSignNanos;

    TargetBroker(int nodeId) {
        this.nodeId = nodeId;
    }

    int nodeId() {
        return nodeId;
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

    /** Whether it owes no answer. */
    boolean isIdle() {
        return inflightRequests == 0;
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

    /** Whether its windows were told a moment ago that it cannot be reached. */
    boolean isToldLately(long nowNanos) {
        return toldNanos != 0 && nowNanos - toldNanos < TELL_INTERVAL_NANOS;
    }

    void told(long nowNanos) {
        toldNanos = nowNanos;
    }
}
