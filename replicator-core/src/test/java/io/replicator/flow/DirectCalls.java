package io.replicator.flow;

/** A queue that makes each call at once and answers at once: for tests to which it is all the same when that happens. */
final class DirectCalls implements CallQueue {
    private long nowNanos;

    void at(long now) {
        nowNanos = now;
    }

    @Override
    public <T> void ask(String what, Call<T> call, Answer<T> answer) {
        answer.take(Outcome.ofCall(call, nowNanos), nowNanos);
    }
}
