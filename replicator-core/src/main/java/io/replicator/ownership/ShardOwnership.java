package io.replicator.ownership;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.Set;

/**
 * Decides which instance of a flow owns which shards. A flow starts it, joins once it is ready to copy, and learns of its
 * shards by {@link OwnershipEvents}. {@link ConsumerGroupOwnership} asks Kafka's group coordinator; a simulation decides
 * itself.
 */
public interface ShardOwnership {
    /** Prepares everything for {@link #join}; returns at once. The topic that instances share exists. */
    void start();

    /**
     * Joins; returns at once. From here on this process has the instance's name, and a member that had it before is put out: the
     * caller is sure that it is the same flow. Calling it again does nothing.
     */
    void join();

    /** Leaves, so that others get this instance's shards at once. They are written no more, and no event follows. */
    void leave() throws InterruptedException;

    /**
     * Asks which of these shards are this instance's. For an instance that was fenced although nothing was revoked: it must not
     * fence another instance that took over rightly.
     *
     * @throws UnavailableException when the coordinator does not answer
     */
    Set<Integer> confirmed(Set<Integer> shards) throws InterruptedException;

    /** How long ago the membership last turned, to find a thread that is stuck. */
    long nanosSinceLastTurn();

    /** The name of its thread, for a person. */
    String name();

    /** Opens {@link ConsumerGroupOwnership}s, or what a simulation has in their place. */
    @FunctionalInterface
    interface Opener {
        /**
         * Makes the ownership of one flow's shards; it does nothing before {@link ShardOwnership#start}.
         *
         * @param membership as what this instance takes part
         * @param target the flow's target; the caller closes it, after {@link ShardOwnership#leave}
         * @param events told on the ownership's thread
         */
        ShardOwnership open(FlowConfig flow, Membership membership, Cluster target, OwnershipEvents events);
    }
}
