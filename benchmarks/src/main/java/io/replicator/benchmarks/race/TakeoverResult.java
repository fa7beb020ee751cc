package io.replicator.benchmarks.race;

/**
 * How long after a {@code kill -9} the copy went on. Times count from the kill.
 *
 * @param what was killed, and who went on
 * @param round in which
 * @param firstSeconds until a record was copied again, of any partition that the dead one had
 * @param everySeconds until records of each of them were
 * @param wellSeconds until the successor said that it copies all of them
 * @param recoveredRecords that the dead one had written, and that were not written again
 */
record TakeoverResult(
        String what,
        int round,
        double firstSeconds,
        double everySeconds,
        double wellSeconds,
        double recoveredRecords) {}
