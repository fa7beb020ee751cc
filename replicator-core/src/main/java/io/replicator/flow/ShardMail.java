package io.replicator.flow;

import io.replicator.delivery.Grant;
import io.replicator.delivery.ShardEvents;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What lanes have to say of shards, until the control thread reads it. Put in by the producers' threads. */
final class ShardMail implements ShardEvents {
    private final Runnable wake;
    private final Queue<Grant> grants = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> fenced = new ConcurrentLinkedQueue<>();

    /**
     * @param wake the control thread
     */
    ShardMail(Runnable wake) {
        this.wake = wake;
    }

    @Override
    public void granted(Grant grant) {
        grants.add(grant);
        wake.run();
    }

    @Override
    public void fenced(int shard) {
        fenced.add(shard);
        wake.run();
    }

    /** A shard's grant that waits to be put on record; {@code null} when there is none. */
    Grant nextGrant() {
        return grants.poll();
    }

    /** A shard that another owner took; {@code null} when there is none. */
    Integer nextFenced() {
        return fenced.poll();
    }
}
