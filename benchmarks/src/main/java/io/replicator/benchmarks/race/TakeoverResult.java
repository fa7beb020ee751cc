package io.replicator.benchmarks.race;

/**
 * The time from a {@code kill -9} until the copy continued.
 *
 * @param what was killed, and what continued
 * @param round the number of the round
 * @param firstSeconds until a record of any partition of the killed instance was copied
 * @param everySeconds until a record of each of these partitions was copied
 * @param wellSeconds until the status of the successor had all of them as RUNNING
 * @param recoveredRecords that the killed instance had written, and that were not written again
 */
record TakeoverResult(
        String what,
        int round,
        double firstSeconds,
        double everySeconds,
        double wellSeconds,
        double recoveredRecords) {}
