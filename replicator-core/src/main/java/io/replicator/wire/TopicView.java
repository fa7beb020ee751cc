package io.replicator.wire;

import java.util.Arrays;
import org.apache.kafka.common.Uuid;

/** One topic as the cluster last described it. Written by the {@link ClusterView} that it belongs to. */
public final class TopicView {
    static final int UNKNOWN = -1;

    private final String name;
    private Uuid id = Uuid.ZERO_UUID;
    private TopicError error = TopicError.NOT_ASKED_YET;
    private int[] leaders = new int[0];
    private int[] leaderEpochs = new int[0];

    /** Why a topic has no description. */
    public enum TopicError {
        NONE,
        NOT_ASKED_YET,
        MISSING,
        NOT_AUTHORIZED,
        OTHER
    }

    TopicView(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** The topic's id, zero where the cluster has none or the topic is not known. */
    public Uuid id() {
        return id;
    }

    public TopicError error() {
        return error;
    }

    /** The node that leads a partition, -1 when none is known. */
    public int leader(int partition) {
        return partition < leaders.length ? leaders[partition] : UNKNOWN;
    }

    /** The leader's epoch (KIP-320), -1 when none is known. */
    public int leaderEpoch(int partition) {
        return partition < leaderEpochs.length ? leaderEpochs[partition] : UNKNOWN;
    }

    /** How many partitions the topic has, 0 when it is not known. */
    public int partitions() {
        return leaders.length;
    }

    void isUnknown(TopicError why) {
        error = why;
        id = Uuid.ZERO_UUID;
        leaders = new int[0];
        leaderEpochs = new int[0];
    }

    void isDescribed(Uuid newId, int partitions) {
        error = TopicError.NONE;
        id = newId;
        if (leaders.length != partitions) {
            leaders = new int[partitions];
            leaderEpochs = new int[partitions];
        }
        Arrays.fill(leaders, UNKNOWN);
        Arrays.fill(leaderEpochs, UNKNOWN);
    }

    /** Takes a leader unless an answer that was under way is older than what is known. */
    void isLed(int partition, int leader, int epoch) {
        if (partition < leaders.length) {
            leaders[partition] = leader;
            leaderEpochs[partition] = epoch;
        }
    }
}
