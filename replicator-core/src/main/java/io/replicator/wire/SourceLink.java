package io.replicator.wire;

/**
 * All that the fetcher asks of a source cluster: what the brokers say of topics and leaders, and a {@link SourceSession}
 * with each broker. The fetcher names no client: {@link #over} puts the link on this package's own connections; a client
 * for brokers that those do not speak to implements it as well.
 *
 * <p>An implementation may know less than the newest brokers: topic ids are then zero, leader epochs -1, no answer
 * diverges, and batches are of magic 0, 1 or 2. The offsets at which logs begin and end come with each answer, so a link
 * has no call for them; offsets by time are asked for by the control plane.
 *
 * <p>One thread uses a link, but for {@link #wakeup}.
 */
public interface SourceLink extends AutoCloseable {
    /** A link over a view of the cluster; closing it closes the view. */
    static SourceLink over(ClusterView view) {
        return new NetworkSource(view);
    }

    /** The cluster's name in the configuration. */
    String clusterName();

    /**
     * A conversation with one broker, without partitions yet.
     *
     * @param listener told on this thread, from within {@link #exchange}
     */
    SourceSession session(int nodeId, FetchLimits limits, FetchListener listener);

    /**
     * Reads and writes what is possible, and passes answers to the sessions' listeners.
     *
     * @param timeoutMillis how long to wait when nothing is possible
     * @param nowNanos the time, as the agents count it
     * @return how many answers came
     */
    int exchange(long timeoutMillis, long nowNanos);

    /** Ends a wait in {@link #exchange}, or the next one. Any thread. */
    void wakeup();

    /** A topic; the cluster is asked about it from now on. */
    SourceTopic topic(String name);

    /** Asks the cluster about its brokers and topics, when that is due; returns how many requests it sent. */
    int askForMetadata(long nowNanos);

    /** Something showed that the metadata is out of date: it is asked for again, after a backoff. */
    void refresh();

    /** Whether the cluster has answered at least once. */
    boolean isKnown();

    /** Changes with every refresh: what was derived from the metadata is then to be derived again. */
    int version();

    /** Whether the broker is unknown, or cannot be connected to at present. */
    boolean hasFailed(int nodeId);

    /** Why the cluster cannot be reached, for a person. */
    String whyUnreachable();

    /** Why one broker cannot be reached, for a person. */
    String whyUnreachable(int nodeId);

    @Override
    void close();
}
