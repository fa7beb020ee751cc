package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ControlTasksTest {
    private final CountedTask greedy = new CountedTask(false, 0);
    private final CountedTask patient = new CountedTask(false, 100);
    private final CountedTask leading = new CountedTask(true, 0);
    private final ControlTasks tasks = new ControlTasks(List.of(greedy, patient, leading));

    @Test
    void shouldGiveEachTaskThatIsDueOneTurnHoweverMuchOthersHaveToDo() {
        for (long now = 0; now < 1_000; now += 10) {
            tasks.turn(now, true);
        }

        assertThat(greedy.turns).isEqualTo(100);
        assertThat(leading.turns).isEqualTo(100);
        assertThat(patient.turns).isEqualTo(9);
    }

    @Test
    void shouldLeaveToOneInstanceWhatIsForOne() {
        tasks.turn(0, false);

        assertThat(leading.turns).isZero();
        assertThat(greedy.turns).isEqualTo(1);
        assertThat(new ControlTasks(List.of(leading)).dueInNanos(0, false)).isEqualTo(Long.MAX_VALUE);
        assertThat(new ControlTasks(List.of(leading, patient)).dueInNanos(30, false))
                .isEqualTo(70);
    }

    /** A task that always has something to do once it is due, and is due again an interval later. */
    private static final class CountedTask implements ControlTask {
        private final boolean isForOne;
        private final long interval;
        private long dueNanos;
        private int turns;

        CountedTask(boolean isForOne, long interval) {
            this.isForOne = isForOne;
            this.interval = interval;
            this.dueNanos = interval;
        }

        @Override
        public String name() {
            return "counted";
        }

        @Override
        public boolean isForOneInstance() {
            return isForOne;
        }

        @Override
        public long dueInNanos(long nowNanos) {
            return dueNanos - nowNanos;
        }

        @Override
        public int turn(long nowNanos) {
            turns++;
            dueNanos = nowNanos + interval;
            return 1;
        }
    }
}
