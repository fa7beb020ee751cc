package io.replicator.flow;

import io.replicator.agent.Mailbox;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A queue of calls on a thread of its own, which ends when it has had nothing to do for a while. */
final class CallThread implements CallQueue {
    private static final Logger LOG = LoggerFactory.getLogger(CallThread.class);
    private static final long IDLE_SECONDS = 30;

    private final String name;
    private final Mailbox<TimedMail> answers;
    private final ThreadPoolExecutor thread;

    /** When the call that is being made began or last made progress, by {@link System#nanoTime}; only while one is. */
    private volatile long beganNanos;

    private volatile String making = "";

    /**
     * @param name the thread's
     * @param answers where outcomes go
     */
    CallThread(String name, Mailbox<TimedMail> answers) {
        this.name = name;
        this.answers = answers;
        this.thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), run -> {
            Thread daemon = new Thread(run, name);
            daemon.setDaemon(true);
            return daemon;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    String name() {
        return name;
    }

    @Override
    public <T> void ask(String what, Call<T> call, Answer<T> answer) {
        try {
            thread.execute(() -> {
                beganNanos = System.nanoTime();
                making = what;
                Outcome<T> outcome = Outcome.ofCall(call, beganNanos);
                making = "";
                answers.put(nowNanos -> answer.take(outcome, nowNanos));
            });
        } catch (RejectedExecutionException closed) {
            LOG.debug("not asked any more: {} thread={}", what, name);
        }
    }

    /** The call that is being made has made progress; on the queue's thread. */
    void progressed() {
        beganNanos = System.nanoTime();
    }

    /** How long the call that is being made has taken since it began or last made progress; 0 when none is. */
    long nanosInCall() {
        long began = beganNanos;
        return making.isEmpty() ? 0 : System.nanoTime() - began;
    }

    /** Makes no other call, and interrupts the one that is being made. */
    void stop() {
        thread.shutdownNow();
    }

    /**
     * Waits until the thread has ended after it was stopped.
     *
     * @return whether it has
     */
    boolean awaitEnd(long mostMillis) throws InterruptedException {
        boolean hasEnded = thread.awaitTermination(mostMillis, TimeUnit.MILLISECONDS);
        if (!hasEnded) {
            LOG.warn("{} did not stop within {} ms; it is still at: {}", name, mostMillis, making);
        }
        return hasEnded;
    }
}
