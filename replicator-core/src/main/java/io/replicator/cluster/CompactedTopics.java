package io.replicator.cluster;

/** Opens compacted topics of one cluster, which share one client that reads and one that writes. One thread. */
public interface CompactedTopics extends AutoCloseable {
    /** Connects to nothing yet. */
    CompactedTopic topic(String name);

    /** Gives up what is not written yet. */
    @Override
    void close();
}
