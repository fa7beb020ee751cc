package io.replicator.flow;

import java.util.concurrent.CompletableFuture;

/** What others want of a flow's control plane. Each command is answered. Put in by any thread. */
sealed interface FlowCommand {
    /**
     * Ends the flow in good order: what is in flight is waited for, progress is saved.
     *
     * @param done when nothing is left to do
     */
    record Stop(CompletableFuture<Void> done) implements FlowCommand {}

    /**
     * Looks at the topics of both clusters without waiting for the next refresh.
     *
     * @param done when the look has begun
     */
    record LookNow(CompletableFuture<Void> done) implements FlowCommand {}
}
