package io.replicator.cluster;

/**
 * Where a partition's log starts and ends for a reader.
 *
 * @param start the offset of the first record that the log still has
 * @param end the offset behind the last one that the reader sees
 */
public record LogBounds(long start, long end) {}
