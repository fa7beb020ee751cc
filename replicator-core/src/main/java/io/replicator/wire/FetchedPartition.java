package io.replicator.wire;

import org.apache.kafka.common.Uuid;

/** One partition as a {@link SourceSession} asks for it. Belongs to the fetcher's thread. */
public final class FetchedPartition {
    private final String topic;
    private final Uuid topicId;
    private final int number;
    private final int laneIndex;
    private long fetchOffset;
    private int leaderEpoch = TopicView.UNKNOWN;
    private int lastFetchedEpoch = TopicView.UNKNOWN;

    /** Kept by the session that asks for the partition. */
    boolean changed;

    /**
     * @param topic its name
     * @param topicId its id, zero where the cluster has none
     * @param number the partition's number
     * @param laneIndex the partition's index in the lane
     * @param fetchOffset the offset to fetch first
     */
    public FetchedPartition(String topic, Uuid topicId, int number, int laneIndex, long fetchOffset) {
        this.topic = topic;
        this.topicId = topicId;
        this.number = number;
        this.laneIndex = laneIndex;
        this.fetchOffset = fetchOffset;
    }

    public String topic() {
        return topic;
    }

    public Uuid topicId() {
        return topicId;
    }

    public int number() {
        return number;
    }

    public int laneIndex() {
        return laneIndex;
    }

    long fetchOffset() {
        return fetchOffset;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    /** The leader epoch of what was read before the fetch offset, -1 when unknown. */
    int lastFetchedEpoch() {
        return lastFetchedEpoch;
    }

    /** Only by the session that asks for it; see {@link SourceSession#move}. */
    void fetchFrom(long offset, int lastEpoch, int epoch) {
        fetchOffset = offset;
        lastFetchedEpoch = lastEpoch;
        leaderEpoch = epoch;
    }
}
