package io.replicator.flow;

import io.replicator.cluster.RefusedException;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetLogException;

/**
 * The flow's offset log, as the control plane asks it: each call has the log for itself while it is made, and answers with
 * what cannot change any more.
 */
final class FlowLog {
    private final OffsetLog log;
    private final CallQueue queue;

    /** Work that needs the log. */
    @FunctionalInterface
    interface LogCall<T> {
        T make(OffsetLog log, long nowNanos) throws InterruptedException;
    }

    /**
     * @param log used by calls of the queue alone
     */
    FlowLog(OffsetLog log, CallQueue queue) {
        this.log = log;
        this.queue = queue;
    }

    /**
     * Asks the log. A failure that another attempt cannot overcome ends the flow: it is a {@link RefusedException} or a
     * {@link BrokenOffException} then.
     */
    <T> void ask(String what, LogCall<T> call, Answer<T> answer) {
        queue.ask(what, nowNanos -> judged(call, nowNanos), answer);
    }

    /** The same, but whatever goes wrong is to be tried again: what was copied stays to be saved. */
    <T> void askToSave(String what, LogCall<T> call, Answer<T> answer) {
        queue.ask(what, nowNanos -> call.make(log, nowNanos), answer);
    }

    /** What could not be saved of a shard is another instance's to save now. */
    void forgetUnsaved(int shard) {
        queue.ask(
                "forget what was not saved",
                nowNanos -> {
                    log.forgetUnsaved(shard);
                    return true;
                },
                (outcome, nowNanos) -> outcome.orThrow());
    }

    private <T> T judged(LogCall<T> call, long nowNanos) throws InterruptedException {
        try {
            return call.make(log, nowNanos);
        } catch (OffsetLogException failure) {
            if (failure.isTransient() || failure.isDenied()) {
                throw failure;
            }
            if (failure.isTruncation() && isStillThere()) {
                throw new BrokenOffException(failure.getMessage());
            }
            throw new RefusedException(failure.getMessage());
        }
    }

    /** Who starts again after the topic was deleted begins from scratch: that is for an operator to decide. */
    private boolean isStillThere() throws InterruptedException {
        try {
            return log.isSameTopic();
        } catch (OffsetLogException unknown) {
            return false;
        }
    }
}
