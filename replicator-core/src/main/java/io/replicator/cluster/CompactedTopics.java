package io.replicator.cluster;

/** Opens compacted topics of one cluster, which share one client that reads and one that writes. One thread. */
public interface CompactedTopics extends AutoCloseable {
    /** Connects to nothing yet. */
    CompactedTopic topic(String name);

    /**
     * Makes the client that reads, if it was not made yet, so that what concerns no single topic shows.
     *
     * @throws RefusedException when a client property is wrong
     * @throws UnavailableException when no bootstrap server has an address
     */
    void connect();

    /** Gives up what is not written yet. */
    @Override
    void close();
}
