package io.replicator.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AgentThreadTest {
    private final List<String> story = Collections.synchronizedList(new ArrayList<>());
    private final Semaphore wakeups = new Semaphore(0);
    private final Doorbell bell = new Doorbell(wakeups::release);
    private final Mailbox<String> mailbox = new Mailbox<>(bell);
    private final CompletableFuture<Throwable> death = new CompletableFuture<>();

    /** Handles what is in the mailbox and waits for the bell alone, however long. */
    private final class Listener implements Agent {
        private final CompletableFuture<Void> heard = new CompletableFuture<>();

        @Override
        public String name() {
            return "listener";
        }

        @Override
        public void onStart() {
            story.add("start");
        }

        @Override
        public int doWork(long nowNanos) {
            return mailbox.drain(this::hear, 1);
        }

        private void hear(String message) {
            if (message.equals("die")) {
                throw new IllegalStateException("as it was told");
            }
            story.add(message);
            if (message.equals("last")) {
                heard.complete(null);
            }
        }

        @Override
        public void await(long nowNanos, long mostNanos) {
            wakeups.acquireUninterruptibly();
        }

        @Override
        public void onClose() {
            story.add("close");
        }
    }

    @Test
    void shouldHandleMessagesInOrderAndMissNoRing() throws Exception {
        Listener listener = new Listener();
        AgentThread thread = new AgentThread(listener, bell, death::complete);
        thread.start();

        for (int i = 0; i < 10_000; i++) {
            mailbox.put("m" + i);
        }
        mailbox.put("last");
        listener.heard.get(20, TimeUnit.SECONDS);
        thread.close();

        assertThat(story).hasSize(10_003).startsWith("start", "m0", "m1").endsWith("m9999", "last", "close");
        assertThat(death).isNotDone();
        assertThat(thread.nanosSinceLastTurn()).isZero();
    }

    @Test
    void shouldCloseAnAgentThatThrewAndSayWhatItDiedOf() throws Exception {
        AgentThread thread = new AgentThread(new Listener(), bell, death::complete);
        thread.start();

        mailbox.put("die");

        assertThat(death.get(20, TimeUnit.SECONDS)).hasMessage("as it was told");
        thread.close();
        assertThat(story).containsExactly("start", "close");
    }
}
