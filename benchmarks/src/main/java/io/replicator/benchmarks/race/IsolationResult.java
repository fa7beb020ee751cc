package io.replicator.benchmarks.race;

/**
 * How fast partitions are copied while another one cannot be copied.
 *
 * @param what fails for that one
 * @param round the number of the round
 * @param records of the other partitions
 * @param seconds until all these were on the target
 */
record IsolationResult(String what, int round, long records, double seconds) {
    double recordsPerSecond() {
        return records / seconds;
    }
}
