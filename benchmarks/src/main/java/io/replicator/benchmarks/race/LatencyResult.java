package io.replicator.benchmarks.race;

/**
 * The latency of the records of a steady stream.
 *
 * @param contender that copied them
 * @param round the number of the round
 * @param records measured, after a warm-up
 * @param p50Millis the median, from the source's acknowledgement to a consumer of the target
 * @param p99Millis the 99th percentile
 * @param p999Millis the 99.9th percentile
 * @param maxMillis the largest
 * @param cpuShare the share of one core that the process used
 * @param peakMemoryBytes the largest resident memory of the process
 */
record LatencyResult(
        String contender,
        int round,
        long records,
        double p50Millis,
        double p99Millis,
        double p999Millis,
        double maxMillis,
        double cpuShare,
        long peakMemoryBytes) {}
