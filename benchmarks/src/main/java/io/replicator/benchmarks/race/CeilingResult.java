package io.replicator.benchmarks.race;

/**
 * How fast one half of the way is without the other.
 *
 * @param dataSet which records
 * @param half {@code fetch} or {@code produce}
 * @param round in which
 * @param records carried
 * @param bytes of their keys and values, before compression
 * @param seconds it took
 */
record CeilingResult(String dataSet, String half, int round, long records, long bytes, double seconds) {
    static final String FETCH = "fetch only";
    static final String PRODUCE = "produce only";

    double recordsPerSecond() {
        return records / seconds;
    }
}
