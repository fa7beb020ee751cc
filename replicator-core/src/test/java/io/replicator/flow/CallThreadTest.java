package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallThreadTest {
    private final Mailbox<TimedMail> answers = new Mailbox<>(new Doorbell(() -> {}));
    private final CallThread thread = new CallThread("calls", answers);
    private final List<Object> taken = new ArrayList<>();

    @AfterEach
    void stop() {
        thread.stop();
    }

    @Test
    void shouldMakeCallsOneAfterTheOtherAndAnswerOnTheThreadThatReadsItsMail() {
        thread.ask("first", now -> Thread.currentThread().getName(), (outcome, now) -> taken.add(outcome.orThrow()));
        thread.ask("second", now -> 2, (outcome, now) -> taken.add(outcome.orThrow() + now));

        takeAnswers(2);

        assertThat(taken).containsExactly("calls", 2 + 7L);
    }

    @Test
    void shouldAnswerWithWhatACallThrew() {
        thread.ask(
                "fails",
                now -> {
                    throw new IllegalStateException("no");
                },
                (outcome, now) -> taken.add(outcome));

        takeAnswers(1);

        assertThatThrownBy(() -> ((Outcome<?>) taken.get(0)).orThrow()).hasMessage("no");
    }

    @Test
    void shouldSayHowLongACallTakesAndInterruptItInTheEnd() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        thread.ask(
                "waits",
                now -> {
                    never.await();
                    return 1;
                },
                (outcome, now) -> taken.add(outcome));
        await().until(() -> thread.nanosInCall() > 0);

        thread.stop();

        assertThat(thread.awaitEnd(5_000)).isTrue();
        assertThat(thread.nanosInCall()).isZero();
        thread.ask("too late", now -> 1, (outcome, now) -> taken.add(outcome));
        assertThat(taken).isEmpty();
    }

    private void takeAnswers(int count) {
        await().until(() -> {
            answers.drain(answer -> answer.deliver(7), count);
            return taken.size() == count;
        });
    }
}
