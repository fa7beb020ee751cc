package io.replicator.ownership;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What a flow learns of its shards. Called on the ownership's thread; must not block. */
public interface OwnershipEvents {
    /** More shards belong to this instance, none when it stands by. The first call says that it is a member. */
    void assigned(Set<Integer> shards);

    /**
     * Shards go to another instance, which waits for it.
     *
     * @param letGo to be completed when they are written no more and their progress is saved
     */
    void revoked(Set<Integer> shards, CompletableFuture<Void> letGo);

    /** Shards may belong to another instance already: nothing of them may be saved any more. */
    void lost(Set<Integer> shards);

    /** Membership is in trouble and tried again; empty when it is over. */
    void troubled(String reason);

    /** This instance cannot be a member until somebody changes something. */
    void refused(String reason);

    /** The membership is over by a bug, or for want of memory: nobody has to change anything. */
    void brokeDown(String reason);
}
