package io.replicator.benchmarks.race;

/**
 * How late the records of a steady stream were.
 *
 * @param contender who copied them
 * @param round in which
 * @param records measured, after a warm-up
 * @param p50Millis half of them came within, from the source's acknowledgement to a consumer of the target
 * @param p99Millis 99 of 100
 * @param p999Millis 999 of 1,000
 * @param maxMillis all of them
 * @param cpuShare of one core, used by the process meanwhile
 * @param peakMemoryBytes most memory the process had resident
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
