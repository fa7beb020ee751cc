package io.replicator.benchmarks.race;

/**
 * What became of consumer groups that went on where their positions were put on the target.
 *
 * @param contender that put them there
 * @param round in which
 * @param positions in all, one for each group and partition
 * @param exact after which nothing was read twice, and nothing never
 * @param reRead after which records were read twice
 * @param skipped after which records were never read
 * @param unanswered that were not there
 * @param reReadRecords in all
 * @param mostReRead after one of them
 * @param skippedRecords in all
 * @param staleMedianMillis how long ago a group that moves on stood where the target had it
 * @param staleMostMillis at the worst
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
