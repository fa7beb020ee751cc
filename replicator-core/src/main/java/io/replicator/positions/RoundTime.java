package io.replicator.positions;

/**
 * The time at which a round, or a turn between two rounds, starts.
 *
 * @param nanos as the process counts time
 * @param millis in milliseconds since 1970
 */
public record RoundTime(long nanos, long millis) {}
