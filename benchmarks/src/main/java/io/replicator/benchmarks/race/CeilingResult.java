package io.replicator.benchmarks.race;

/**
 * How fast one half of a copy is without the other.
 *
 * @param dataSet its name
 * @param half {@code fetch} or {@code produce}
 * @param round the number of the round
 * @param records fetched or produced
 * @param bytes the size of their keys and values, before compression
 * @param seconds the time it took
 */
record CeilingResult(String dataSet, String half, int round, long records, long bytes, double seconds) {
    static final String FETCH = "fetch only";
    static final String PRODUCE = "produce only";

    double recordsPerSecond() {
        return records / seconds;
    }
}
