package io.replicator.measure;

/** What a fetcher counts; it is the one writer. */
public final class FetchMeasures {
    public final Counter responses = new Counter();
    public final Counter batches = new Counter();
    public final Counter bytes = new Counter();
    public final Counter skippedBatches = new Counter();
    public final Counter throttleNanos = new Counter();
    public final FaultCounters faults = new FaultCounters();
}
