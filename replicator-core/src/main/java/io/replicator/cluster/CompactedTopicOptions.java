package io.replicator.cluster;

import java.time.Duration;

/**
 * How {@link CompactedTopics} are read and written.
 *
 * @param clientId as the brokers' logs and quotas know it
 * @param timeout of each question, and of appending
 * @param silence how long a read waits for the next record before it fails
 * @param writes how records are appended
 */
public record CompactedTopicOptions(String clientId, Duration timeout, Duration silence, Writes writes) {
    /** How records are appended. */
    public enum Writes {
        /** No record is appended twice or out of order; several requests are in flight. */
        IDEMPOTENT,
        /**
         * A record may be appended twice, but not out of order: one request is in flight. Brokers before 2.8 then ask for no
         * right but WRITE.
         */
        PLAIN
    }

    /** Idempotent writes; a read waits as long as a question. */
    public CompactedTopicOptions(String clientId, Duration timeout) {
        this(clientId, timeout, timeout, Writes.IDEMPOTENT);
    }
}
