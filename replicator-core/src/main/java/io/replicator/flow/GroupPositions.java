package io.replicator.flow;

import java.util.Optional;

/**
 * Keeps the positions of consumer groups while this instance owns shard 0: each term of that has a {@link GroupKeeper} of its
 * own, whose turns are calls. A hand-over of shard 0 waits until its turn is over, so that no two instances write positions of
 * one group at a time. Control thread.
 */
final class GroupPositions implements ControlTask {
    private final ShardTerms assignments;
    private final CallQueue queue;
    private final GroupKeeper.Opener opener;
    private Optional<Term> current = Optional.empty();

    /** How many calls are being made or wait. */
    private int calls;

    /** One term, and its keeper. */
    private static final class Term {
        private final long number;
        private final GroupKeeper keeper;
        private boolean isAsking;
        private long dueNanos;

        Term(long number, GroupKeeper keeper, long nowNanos) {
            this.number = number;
            this.keeper = keeper;
            this.dueNanos = nowNanos;
        }
    }

    /** @param assignments of shards */
    GroupPositions(ShardTerms assignments, CallQueue queue, GroupKeeper.Opener opener) {
        this.assignments = assignments;
        this.queue = queue;
        this.opener = opener;
    }

    @Override
    public String name() {
        return "group positions";
    }

    /** Whether no turn is being made. */
    boolean isIdle() {
        return calls == 0;
    }

    @Override
    public long dueInNanos(long nowNanos) {
        if (isOver() || mayBegin()) {
            return 0;
        }
        return current.filter(term -> !term.isAsking)
                .map(term -> term.dueNanos - nowNanos)
                .orElse(Long.MAX_VALUE);
    }

    private boolean mayBegin() {
        return current.isEmpty() && opener.isWanted() && assignments.has(OwnedShards.CONTROL);
    }

    private boolean isOver() {
        return current.isPresent() && !assignments.isCurrent(OwnedShards.CONTROL, current.get().number);
    }

    @Override
    public int turn(long nowNanos) {
        if (isOver()) {
            stop();
        }
        if (mayBegin()) {
            current = Optional.of(new Term(assignments.of(OwnedShards.CONTROL), opener.open(), nowNanos));
        }
        current.filter(term -> !term.isAsking && term.dueNanos - nowNanos <= 0).ifPresent(this::ask);
        return 1;
    }

    private void ask(Term term) {
        term.isAsking = true;
        calls++;
        queue.ask(
                "keep groups' positions",
                nowNanos ->
                        assignments.isCurrent(OwnedShards.CONTROL, term.number) ? term.keeper.turn(nowNanos) : nowNanos,
                (outcome, nowNanos) -> {
                    calls--;
                    term.isAsking = false;
                    term.dueNanos = outcome.orThrow();
                });
    }

    /** Ends the term, if there is one. */
    void stop() {
        current.ifPresent(term -> {
            term.keeper.stop();
            calls++;
            queue.ask(
                    "let groups' positions go",
                    nowNanos -> {
                        term.keeper.close();
                        return true;
                    },
                    (outcome, nowNanos) -> calls--);
        });
        current = Optional.empty();
    }
}
