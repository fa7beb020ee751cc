package io.replicator.flow;

import io.replicator.ownership.OwnershipEvents;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** What happens to this instance's shards, from the ownership's thread to the control thread. */
final class OwnershipMail implements OwnershipEvents {
    private final Queue<Consumer<OwnershipEvents>> letters = new ConcurrentLinkedQueue<>();
    private final Runnable wake;

    /**
     * @param wake the control thread
     */
    OwnershipMail(Runnable wake) {
        this.wake = wake;
    }

    /** The control thread: tells what came since the last call. */
    void deliver(OwnershipEvents receiver) {
        for (Consumer<OwnershipEvents> letter = letters.poll(); letter != null; letter = letters.poll()) {
            letter.accept(receiver);
        }
    }

    private void put(Consumer<OwnershipEvents> letter) {
        letters.add(letter);
        wake.run();
    }

    @Override
    public void assigned(Set<Integer> shards) {
        put(receiver -> receiver.assigned(shards));
    }

    @Override
    public void revoked(Set<Integer> shards, CompletableFuture<Void> letGo) {
        put(receiver -> receiver.revoked(shards, letGo));
    }

    @Override
    public void lost(Set<Integer> shards) {
        put(receiver -> receiver.lost(shards));
    }

    @Override
    public void troubled(String reason) {
        put(receiver -> receiver.troubled(reason));
    }

    @Override
    public void refused(String reason) {
        put(receiver -> receiver.refused(reason));
    }

    @Override
    public void brokeDown(String reason) {
        put(receiver -> receiver.brokeDown(reason));
    }
}
