package io.replicator.delivery;

/**
 * What the control plane learns of a lane's shards. Called on the producer's thread; must not block. Only shards
 * that write exactly once have events: an anonymous identity belongs to nobody.
 */
public interface ShardEvents {
    /**
     * The shard has a new identity. It writes nothing until the control plane has put it on record and has answered with
     * all producer ids that ever wrote for the shard: batches of any of them above the saved progress are ours.
     */
    void granted(Grant grant);

    /** Another owner took the shard: it writes nothing any more, and what it has not saved must not be saved now. */
    void fenced(int shard);
}
