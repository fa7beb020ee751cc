package io.replicator.verify;

/**
 * How far a verification has come.
 *
 * @param comparedRecords pairs of records compared
 * @param totalRecords that the offset map promises; fewer are compared where records were compacted away or expire
 * @param donePartitions compared to their ends
 * @param totalPartitions to be compared
 */
public record VerificationProgress(long comparedRecords, long totalRecords, int donePartitions, int totalPartitions) {}
