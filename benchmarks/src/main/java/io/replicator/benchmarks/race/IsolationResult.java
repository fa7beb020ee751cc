package io.replicator.benchmarks.race;

/**
 * How fast the partitions that can be copied were copied, beside one that cannot.
 *
 * @param what is wrong with that one
 * @param round in which
 * @param records of the others
 * @param seconds until all of those were on the target
 */
record IsolationResult(String what, int round, long records, double seconds) {
    double recordsPerSecond() {
        return records / seconds;
    }
}
