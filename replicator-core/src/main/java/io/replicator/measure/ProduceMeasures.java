package io.replicator.measure;

/** What a producer counts; it is the one writer. */
public final class ProduceMeasures {
    public final Counter requests = new Counter();
    public final Counter answeredRequests = new Counter();
    public final Counter passedBatches = new Counter();
    public final Counter coalescedBatches = new Counter();
    public final Counter rebuiltBatches = new Counter();
    public final Counter throttleNanos = new Counter();
    public final FaultCounters faults = new FaultCounters();
    public final LatencyRecorder replicationMicros = new LatencyRecorder();
    public final LatencyRecorder hopMicros = new LatencyRecorder();
}
