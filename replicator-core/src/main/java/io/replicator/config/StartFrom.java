package io.replicator.config;

import java.time.Instant;

/** Where a partition begins for which no progress was saved. */
public sealed interface StartFrom {
    /** At the first record the source still has. */
    record Earliest() implements StartFrom {}

    /** At the end of the source as it is when the partition is first seen. */
    record Latest() implements StartFrom {}

    /**
     * Behind the last record that MirrorMaker 2 copied, the clusters' names being its aliases; at the first record of what it
     * never copied.
     */
    record MirrorMaker() implements StartFrom {}

    /**
     * At the first record whose timestamp is not before a time.
     *
     * @param time compared with the records' timestamps, in milliseconds
     */
    record At(Instant time) implements StartFrom {}
}
