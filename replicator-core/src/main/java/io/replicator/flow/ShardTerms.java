package io.replicator.flow;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The terms of shards: each time that a shard is taken on is a term of its own, with a number that is never used again. Work
 * that was asked for in a term is void once the term is over, even if the shard was taken on again since. Written by the
 * control thread, read by call threads too.
 */
final class ShardTerms {
    private static final long NONE = 0;

    private final AtomicLongArray terms;

    /** The control thread's. */
    private long last = NONE;

    ShardTerms(int shards) {
        this.terms = new AtomicLongArray(shards);
    }

    /** Begins a term, which ends the one before. */
    void begin(int shard) {
        last++;
        terms.set(shard, last);
    }

    void end(int shard) {
        terms.set(shard, NONE);
    }

    /** The number of the shard's term, 0 when it has none. */
    long of(int shard) {
        return terms.get(shard);
    }

    boolean has(int shard) {
        return of(shard) != NONE;
    }

    /** Whether a term is still the shard's; never true of 0. */
    boolean isCurrent(int shard, long term) {
        return term != NONE && of(shard) == term;
    }
}
