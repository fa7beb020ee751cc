package io.replicator.measure;

import org.HdrHistogram.Histogram;

/**
 * Latencies since the start, as copies that no thread writes to.
 *
 * @param replicationMicros record timestamp to target acknowledgement, in microseconds, weighted by records
 * @param inProcessMicros arrival in this process to target acknowledgement, in microseconds, weighted by records
 */
public record LatencyHistograms(Histogram replicationMicros, Histogram inProcessMicros) {}
