package io.replicator.wire;

/**
 * The conversation with one source broker about the partitions that are fetched from it: one request at a time, which the
 * caller sends when it has room for the answer. Belongs to the fetcher's thread.
 */
public interface SourceSession {
    int nodeId();

    /** How many partitions the session asks for. */
    int partitions();

    /** How many requests were sent. */
    int requests();

    /** Whether a request is under way. */
    boolean isInflight();

    /** Asks for a partition from now on; parameters as for {@link #move}. */
    void add(FetchedPartition partition, long fetchOffset, int lastFetchedEpoch, int leaderEpoch);

    /**
     * Asks for a partition that is in the session from another offset, or with another leader epoch.
     *
     * @param lastFetchedEpoch the leader epoch of what was read before the offset, -1 when unknown: brokers from 2.7 on
     *     compare it with their log and answer where that differs (KIP-595), also for consumers
     * @param leaderEpoch of the leader that is asked, -1 when unknown
     */
    void move(FetchedPartition partition, long fetchOffset, int lastFetchedEpoch, int leaderEpoch);

    /** Stops asking for a partition of the session. An answer to it that is under way is dropped. */
    void remove(FetchedPartition partition);

    /**
     * Sends the next request, if the broker takes one and there is something to ask for.
     *
     * @param waitMillis how long the broker may wait for a first byte, if less than usual
     * @return whether one was sent
     */
    boolean send(long nowNanos, int waitMillis);

    /**
     * How long to wait before the next request, so that a broker with few bytes at a time is not asked thousands of times
     * a second.
     *
     * @return 0 or less when there is nothing to wait for
     */
    long restNanos(long nowNanos);
}
