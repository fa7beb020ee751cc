package io.replicator.measure;

/** What a producer counts; it is the one writer. */
public final class ProduceMeasures {
    public final Counter requests = new Counter();
    public final Counter answeredRequests = new Counter();
    public final Counter passedBatches = new Counter();
    public final Counter coalescedBatches = new Counter();
    public final Counter rebuiltBatches = new Counter();

    /** Records that recovery found on the target, written after the last saved progress. */
    public final Counter recoveredRecords = new Counter();

    /** Partitions whose recovery could not be decided by counting records. */
    public final Counter recoveredAmbiguous = new Counter();

    public final Counter throttleNanos = new Counter();
    public final FaultCounters faults = new FaultCounters();
    public final LatencyRecorder replicationMicros = new LatencyRecorder();
    public final LatencyRecorder inProcessMicros = new LatencyRecorder();
}
