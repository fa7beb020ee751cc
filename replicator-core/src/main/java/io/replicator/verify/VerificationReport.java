package io.replicator.verify;

import java.util.List;

/**
 * What a verification found.
 *
 * @param partitions compared
 * @param comparedRecords pairs of records compared
 * @param comparedBytes of keys, values and headers of the compared source records
 * @param differences how many were reported
 * @param notes what was not compared and why, and what is unusual without being a difference
 */
public record VerificationReport(
        long partitions, long comparedRecords, long comparedBytes, long differences, List<String> notes) {
    public VerificationReport {
        notes = List.copyOf(notes);
    }

    /** Whether everything that was compared is equal. */
    public boolean isEqual() {
        return differences == 0;
    }
}
