package io.replicator.wire;

import java.util.Arrays;
import org.apache.kafka.common.Uuid;

/** One topic as the cluster last described it. Written by the {@link ClusterView} that it belongs to. */
public final class TopicView implements SourceTopic {
    static final int UNKNOWN = -1;

    private final String name;
    private Uuid id = Uuid.ZERO_UUID;
    private TopicError error = TopicError.NOT_ASKED_YET;
    private int[] leaders = new int[0];
    private int[] leaderEpochs = new int[0];

    TopicView(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Uuid id() {
        return id;
    }

    @Override
    public TopicError error() {
        return error;
    }

    @Override
    public int leader(int partition) {
        return partition < leaders.length ? leaders[partition] : UNKNOWN;
    }

    @Override
    public int leaderEpoch(int partition) {
        return partition < leaderEpochs.length ? leaderEpochs[partition] : UNKNOWN;
    }

    @Override
    public int partitions() {
        return leaders.length;
    }

    /** The cluster did not describe the topic: nothing that it said before counts. */
    void clear(TopicError why) {
        error = why;
        id = Uuid.ZERO_UUID;
        leaders = new int[0];
        leaderEpochs = new int[0];
    }

    /** The cluster described the topic; no leader is known until {@link #setLeader}. */
    void describe(Uuid newId, int partitions) {
        error = TopicError.NONE;
        id = newId;
        if (leaders.length != partitions) {
            leaders = new int[partitions];
            leaderEpochs = new int[partitions];
        }
        Arrays.fill(leaders, UNKNOWN);
        Arrays.fill(leaderEpochs, UNKNOWN);
    }

    /** A number that the topic does not have is ignored: a response may list fewer partitions than it numbers. */
    void setLeader(int partition, int leader, int epoch) {
        if (partition < leaders.length) {
            leaders[partition] = leader;
            leaderEpochs[partition] = epoch;
        }
    }
}
