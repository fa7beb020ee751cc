package io.replicator.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private int wakeups;
    private final Doorbell doorbell = new Doorbell(() -> wakeups++);
    private final Mailbox<Integer> mailbox = new Mailbox<>(doorbell);
    private final List<Integer> handled = new ArrayList<>();

    @Test
    void shouldHandMessagesOverInOrderUpToTheLimit() {
        mailbox.put(1);
        mailbox.put(2);
        mailbox.put(3);

        assertThat(mailbox.drain(handled::add, 2)).isEqualTo(2);
        assertThat(handled).containsExactly(1, 2);
        assertThat(mailbox.drain(handled::add, 2)).isEqualTo(1);
        assertThat(mailbox.drain(handled::add, 2)).isZero();
        assertThat(handled).containsExactly(1, 2, 3);
    }

    @Test
    void shouldWakeAnAgentThatWaits() {
        doorbell.expectRing();

        mailbox.put(1);

        assertThat(wakeups).isOne();
    }

    @Test
    void shouldRefuseMessagesThatAStuckAgentDoesNotTake() {
        for (int i = 0; i < Mailbox.MAX_MESSAGES; i++) {
            mailbox.put(0);
        }

        assertThatThrownBy(() -> mailbox.put(1)).isInstanceOf(IllegalStateException.class);
        mailbox.drain(message -> {}, 1);
        mailbox.put(2);
    }
}
