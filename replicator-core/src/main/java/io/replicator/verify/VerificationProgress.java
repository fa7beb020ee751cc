package io.replicator.verify;

/**
 * The progress of a verification.
 *
 * @param comparedRecords pairs of records compared
 * @param totalRecords in the offset map; fewer are compared where compaction or retention removed some
 * @param donePartitions compared to their ends
 * @param totalPartitions to be compared
 */
public record VerificationProgress(long comparedRecords, long totalRecords, int donePartitions, int totalPartitions) {}
