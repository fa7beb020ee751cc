package io.replicator.produce;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Shards that are handed back, and the lane that is drained: answered when nothing of them is on its way any more. */
final class HandBacks {
    private final Windows windows;
    private final List<HandBack> shards = new ArrayList<>();
    private CompletableFuture<Void> drained;

    private record HandBack(int shard, CompletableFuture<Void> answer) {}

    HandBacks(Windows windows) {
        this.windows = windows;
    }

    /** The windows of a shard were told to write nothing new. */
    void add(int shard, CompletableFuture<Void> answer) {
        shards.add(new HandBack(shard, answer));
    }

    /** All windows gave back what they had not sent. */
    void drain(CompletableFuture<Void> answer) {
        drained = answer;
    }

    /**
     * Answers what is done.
     *
     * @param isRingEmpty whether nothing more comes out of the ring
     */
    void answer(boolean isRingEmpty) {
        if (drained != null && isRingEmpty && windows.areEmpty()) {
            drained.complete(null);
            drained = null;
        }
        if (!shards.isEmpty()) {
            shards.removeIf(this::answerIfEmpty);
        }
    }

    private boolean answerIfEmpty(HandBack handBack) {
        boolean isEmpty = true;
        for (PartitionWindow window : windows.of(handBack.shard())) {
            if (!window.isOver()) {
                window.dropUnwritten();
            }
            isEmpty &= window.isEmpty();
        }
        if (isEmpty) {
            handBack.answer().complete(null);
        }
        return isEmpty;
    }
}
