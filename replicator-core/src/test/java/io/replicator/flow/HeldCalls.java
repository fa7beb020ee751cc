package io.replicator.flow;

import java.util.ArrayDeque;
import java.util.List;

/** A queue whose calls wait until a test makes them, answers them, or lets them fail, one at a time and in their order. */
final class HeldCalls implements CallQueue {
    private final ArrayDeque<Held<?>> waiting = new ArrayDeque<>();

    private static final class Held<T> {
        private final String what;
        private final Call<T> call;
        private final Answer<T> answer;
        private Outcome<T> outcome;

        Held(String what, Call<T> call, Answer<T> answer) {
            this.what = what;
            this.call = call;
            this.answer = answer;
        }

        void make(long nowNanos) {
            outcome = Outcome.ofCall(call, nowNanos);
        }

        void answer(long nowNanos) {
            if (outcome == null) {
                make(nowNanos);
            }
            answer.take(outcome, nowNanos);
        }

        void fail(RuntimeException failure, long nowNanos) {
            answer.take(Outcome.failed(failure), nowNanos);
        }
    }

    @Override
    public <T> void ask(String what, Call<T> call, Answer<T> answer) {
        waiting.add(new Held<>(what, call, answer));
    }

    /** What was asked and is not answered. */
    List<String> waiting() {
        return waiting.stream().map(held -> held.what).toList();
    }

    /** Makes the next call; its answer is not given yet. */
    void make(long nowNanos) {
        waiting.element().make(nowNanos);
    }

    /** Answers the next call, which is made now if it was not. */
    void answer(long nowNanos) {
        waiting.remove().answer(nowNanos);
    }

    /** The next call fails. */
    void fail(RuntimeException failure, long nowNanos) {
        waiting.remove().fail(failure, nowNanos);
    }

    /** Answers all calls, those that answers ask for too. */
    int answerAll(long nowNanos) {
        int answered = 0;
        for (; !waiting.isEmpty(); answered++) {
            answer(nowNanos);
        }
        return answered;
    }
}
