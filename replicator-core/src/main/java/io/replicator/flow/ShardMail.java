package io.replicator.flow;

import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import io.replicator.delivery.Grant;
import io.replicator.delivery.ShardEvents;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** What lanes have to say of shards, until the control thread reads it. Put in by the producers' threads. */
final class ShardMail implements ShardEvents {
    private static final int MAX_AT_ONCE = 1_000;

    private final Mailbox<Grant> grants;
    private final Mailbox<Integer> fenced;

    /**
     * @param doorbell the control thread's
     */
    ShardMail(Doorbell doorbell) {
        this.grants = new Mailbox<>(doorbell);
        this.fenced = new Mailbox<>(doorbell);
    }

    @Override
    public void granted(Grant grant) {
        grants.put(grant);
    }

    @Override
    public void fenced(int shard) {
        fenced.put(shard);
    }

    /**
     * The control thread: tells what came since the last call.
     *
     * @return how much that was
     */
    int deliver(Consumer<Grant> onGrant, IntConsumer onFenced) {
        return grants.drain(onGrant, MAX_AT_ONCE) + fenced.drain(onFenced::accept, MAX_AT_ONCE);
    }
}
