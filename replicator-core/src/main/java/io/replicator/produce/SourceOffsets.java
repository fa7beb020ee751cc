package io.replicator.produce;

/**
 * The source offsets of a batch's records as runs, ascending. Nearly every batch is one run and has none of these.
 *
 * @param starts the runs' first offsets
 * @param lengths how many records each run has
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; one for each batch that needs it.
record SourceOffsets(long[] starts, int[] lengths) {}
