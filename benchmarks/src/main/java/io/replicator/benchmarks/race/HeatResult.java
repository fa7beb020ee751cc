package io.replicator.benchmarks.race;

/**
 * What one copy took, seen from outside.
 *
 * @param dataSet what was copied
 * @param contender who copied it
 * @param round in which
 * @param records copied
 * @param bytes of their keys and values, before compression
 * @param firstSeconds from the process's start to its first record on the target
 * @param totalSeconds from the process's start to the last
 * @param steadyRecords copied after the first were seen
 * @param steadySeconds they took
 * @param totalCpuSeconds of the process, from its start
 * @param steadyCpuSeconds of the process, from its first record to the last
 * @param brokerCpuSeconds of all brokers of both clusters, from the first record to the last
 * @param peakMemoryBytes most memory the process had resident
 * @param idleShare of one core, used afterwards with nothing to copy; -1 where it was not measured
 */
record HeatResult(
        String dataSet,
        String contender,
        int round,
        long records,
        long bytes,
        double firstSeconds,
        double totalSeconds,
        long steadyRecords,
        double steadySeconds,
        double totalCpuSeconds,
        double steadyCpuSeconds,
        double brokerCpuSeconds,
        long peakMemoryBytes,
        double idleShare) {
    private static final double MEGA = 1e6;
    private static final double GIGA = 1e9;

    /** From the first record to the last: what a process that runs for months does. */
    double recordsPerSecond() {
        return steadyRecords / steadySeconds;
    }

    double megabytesPerSecond() {
        return steadyBytes() / steadySeconds / MEGA;
    }

    double cpuSecondsPerGigabyte() {
        return steadyCpuSeconds / steadyBytes() * GIGA;
    }

    double cpuSecondsPerMillionRecords() {
        return steadyCpuSeconds / steadyRecords * MEGA;
    }

    double brokerCpuSecondsPerGigabyte() {
        return brokerCpuSeconds / steadyBytes() * GIGA;
    }

    private double steadyBytes() {
        return (double) bytes * steadyRecords / records;
    }

    HeatResult withIdleShare(double share) {
        return new HeatResult(
                dataSet,
                contender,
                round,
                records,
                bytes,
                firstSeconds,
                totalSeconds,
                steadyRecords,
                steadySeconds,
                totalCpuSeconds,
                steadyCpuSeconds,
                brokerCpuSeconds,
                peakMemoryBytes,
                share);
    }
}
