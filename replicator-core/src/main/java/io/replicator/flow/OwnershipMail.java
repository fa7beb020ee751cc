package io.replicator.flow;

import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import io.replicator.ownership.OwnershipEvents;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What happens to this instance's shards, from the ownership's thread to the control thread. */
final class OwnershipMail implements OwnershipEvents {
    private static final int MAX_AT_ONCE = 1_000;

    private final Mailbox<Consumer<OwnershipEvents>> messages;

    /**
     * @param doorbell the control thread's
     */
    OwnershipMail(Doorbell doorbell) {
        this.messages = new Mailbox<>(doorbell);
    }

    /**
     * The control thread: tells what came since the last call.
     *
     * @return how much that was
     */
    int deliver(OwnershipEvents receiver) {
        return messages.drain(message -> message.accept(receiver), MAX_AT_ONCE);
    }

    @Override
    public void assigned(Set<Integer> shards) {
        messages.put(receiver -> receiver.assigned(shards));
    }

    @Override
    public void revoked(Set<Integer> shards, CompletableFuture<Void> letGo) {
        messages.put(receiver -> receiver.revoked(shards, letGo));
    }

    @Override
    public void lost(Set<Integer> shards) {
        messages.put(receiver -> receiver.lost(shards));
    }

    @Override
    public void troubled(String reason) {
        messages.put(receiver -> receiver.troubled(reason));
    }

    @Override
    public void refused(String reason) {
        messages.put(receiver -> receiver.refused(reason));
    }

    @Override
    public void brokeDown(String reason) {
        messages.put(receiver -> receiver.brokeDown(reason));
    }
}
