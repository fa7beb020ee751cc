package io.replicator.flow;

import io.replicator.agent.Mailbox;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * A queue of calls whose work somebody else turns: each call is made some time after it was asked for, and its answer arrives
 * some time after that. Whatever happens in between happens to a process that does not know the answer yet.
 */
final class TurnedCalls implements CallQueue {
    private final Mailbox<TimedMail> answers;
    private final LongSupplier now;
    private final ToLongFunction<String> delay;
    private final Runnable effect;
    private final long lateNanos;
    private final ArrayDeque<Job> jobs = new ArrayDeque<>();
    private final ArrayDeque<Due> made = new ArrayDeque<>();
    private long busyUntilNanos;

    private record Job(String what, Runnable work) {}

    private record Due(long atNanos, Runnable end) {}

    /**
     * @param now the time
     * @param delay how long each step takes, by what is asked
     */
    TurnedCalls(Mailbox<TimedMail> answers, LongSupplier now, ToLongFunction<String> delay) {
        this(answers, now, delay, () -> {}, 0);
    }

    /**
     * @param effect what a call has sent arrives where it was sent to; just before its answer
     * @param lateNanos how long after its answer that happens; more than 0 is a planted bug
     */
    TurnedCalls(
            Mailbox<TimedMail> answers,
            LongSupplier now,
            ToLongFunction<String> delay,
            Runnable effect,
            long lateNanos) {
        this.answers = answers;
        this.now = now;
        this.delay = delay;
        this.effect = effect;
        this.lateNanos = lateNanos;
        this.busyUntilNanos = now.getAsLong();
    }

    @Override
    public <T> void ask(String what, Call<T> call, Answer<T> answer) {
        if (jobs.isEmpty()) {
            busyUntilNanos = now.getAsLong() + delay.applyAsLong(what);
        }
        jobs.add(new Job(what, () -> {
            Outcome<T> outcome = Outcome.ofCall(call, now.getAsLong());
            long last = made.isEmpty() ? now.getAsLong() : made.peekLast().atNanos();
            long at = now.getAsLong() + delay.applyAsLong(what) + lateNanos;
            TimedMail mail = nowNanos -> answer.take(outcome, nowNanos);
            if (lateNanos > 0) {
                answers.put(mail);
            }
            made.add(new Due(at - last > 0 ? at : last, () -> {
                effect.run();
                if (lateNanos == 0) {
                    answers.put(mail);
                }
            }));
        }));
    }

    /** Makes the next call, and delivers the answers that have arrived. */
    int turn() {
        int work = 0;
        Job job = jobs.peek();
        if (job != null && now.getAsLong() - busyUntilNanos >= 0) {
            jobs.poll();
            job.work().run();
            busyUntilNanos = now.getAsLong()
                    + (jobs.isEmpty() ? 0 : delay.applyAsLong(jobs.peek().what()));
            work++;
        }
        while (!made.isEmpty() && now.getAsLong() - made.peek().atNanos() >= 0) {
            made.poll().end().run();
            work++;
        }
        return work;
    }

    boolean isIdle() {
        return jobs.isEmpty() && made.isEmpty();
    }

    Optional<String> waiting() {
        return Optional.ofNullable(jobs.peek()).map(Job::what);
    }
}
