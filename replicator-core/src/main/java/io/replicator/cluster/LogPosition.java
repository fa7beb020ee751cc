package io.replicator.cluster;

import java.time.Instant;

/** A place in a partition's log that a cluster can be asked for. */
public sealed interface LogPosition {
    LogPosition START = new Start();
    LogPosition END = new End();

    /** The offset of the first record that the log still has. */
    record Start() implements LogPosition {}

    /** The offset behind the last record that a reader of the given isolation sees. */
    record End() implements LogPosition {}

    /**
     * The offset of the first record whose timestamp is not before a time; the end of the log where there is none.
     */
    record At(Instant time) implements LogPosition {}
}
