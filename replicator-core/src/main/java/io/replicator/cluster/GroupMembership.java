package io.replicator.cluster;

import java.time.Duration;
import java.util.Set;

/**
 * This process as a member of a consumer group that shares the partitions of one topic. It reads no records and commits no
 * positions. One thread.
 */
public interface GroupMembership extends AutoCloseable {
    /** Joins the group with the next {@link #poll}. */
    void join(String topic, Listener listener);

    /**
     * Lets the coordinator know that this member lives, and calls the listener about what the coordinator has decided.
     *
     * @throws UnavailableException when the membership broke; its {@link ClusterError} says why
     */
    void poll(Duration wait) throws InterruptedException;

    /** The id that the coordinator gave, empty before the first poll. */
    String memberId();

    /**
     * Ends the membership.
     *
     * @param isLeaving whether the group shares the partitions again at once; otherwise they stay reserved until the session
     *     ends
     */
    void close(boolean isLeaving);

    @Override
    default void close() {
        close(false);
    }

    /** Is told about partitions, by their numbers, from within {@link #poll}. */
    interface Listener {
        void assigned(Set<Integer> partitions);

        /** The successor gets them when this returns. */
        void revoked(Set<Integer> partitions);

        /** They may belong to another member already. */
        void lost(Set<Integer> partitions);
    }
}
