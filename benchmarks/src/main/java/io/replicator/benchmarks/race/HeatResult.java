package io.replicator.benchmarks.race;

/**
 * The cost of one copy, measured from outside.
 *
 * @param dataSet its name
 * @param contender that copied it
 * @param round the number of the round
 * @param records copied
 * @param bytes the size of their keys and values, before compression
 * @param firstSeconds from the process's start to its first record on the target
 * @param totalSeconds from the process's start to the last
 * @param steadyRecords copied after the first ones
 * @param steadySeconds the time for these
 * @param totalCpuSeconds of the process, from its start
 * @param steadyCpuSeconds of the process, from its first record to the last
 * @param brokerCpuSeconds of all brokers of both clusters, from the first record to the last
 * @param peakMemoryBytes the largest resident memory of the process
 * @param idleShare the share of one core that it used afterwards, with nothing to copy; -1 when not measured
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

    /** From the first record to the last: without the start, which does not count for a process that runs for months. */
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
