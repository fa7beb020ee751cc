package io.replicator.ownership;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Reports to a flow what becomes of its shards. Called on the ownership's thread; must not block. */
public interface OwnershipEvents {
    /** This instance owns these shards, too; none when it stands by. With the first call it is a member. */
    void assigned(Set<Integer> shards);

    /**
     * Shards go to another instance, which waits for it.
     *
     * @param letGo to be completed when nothing writes them any more and their progress is saved
     */
    void revoked(Set<Integer> shards, CompletableFuture<Void> letGo);

    /** Another instance may own these shards already: their progress must not be saved any more. */
    void lost(Set<Integer> shards);

    /** The membership has a problem and is retried; empty when the problem is over. */
    void troubled(String reason);

    /** This instance cannot be a member until somebody changes something. */
    void refused(String reason);

    /** The membership ended by a bug, or because memory ran out: no change by an operator helps. */
    void brokeDown(String reason);
}
