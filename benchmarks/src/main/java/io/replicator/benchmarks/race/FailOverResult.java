package io.replicator.benchmarks.race;

/**
 * What consumer groups would read that continue at their positions on the target.
 *
 * @param contender that wrote the positions
 * @param round the number of the round
 * @param positions one for each group and partition
 * @param exact positions after which every record is read once
 * @param reRead positions after which records are read twice
 * @param skipped positions after which records are never read
 * @param unanswered positions that the target does not have
 * @param reReadRecords records that are read twice, of all positions together
 * @param mostReRead the largest number of one position
 * @param skippedRecords records that are never read, of all positions together
 * @param staleMedianMillis the median age of the position on the target, of a group that commits continuously
 * @param staleMostMillis the largest age
 */
record FailOverResult(
        String contender,
        int round,
        int positions,
        int exact,
        int reRead,
        int skipped,
        int unanswered,
        long reReadRecords,
        long mostReRead,
        long skippedRecords,
        double staleMedianMillis,
        double staleMostMillis) {}
