package io.replicator.produce;

/**
 * The part of the source that a batch stands for.
 *
 * @param firstOffset of its first record
 * @param nextOffset the source offset after all that it stands for
 * @param batches how many source batches are counted with it
 * @param bytes of these source batches, to be released with it
 * @param arrivedNanos when the first of them came
 */
record SourceSpan(long firstOffset, long nextOffset, int batches, long bytes, long arrivedNanos) {}
