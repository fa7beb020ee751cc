package io.replicator.simulation;

import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lives of several instances of a flow; see {@link Lifetimes} for how to live other ones. */
class LivesSimulationTest {
    private static final int LIFETIMES = 10_000;

    /** A planted bug that is not found among so many seeds would not be found by chance either. */
    private static final int MOST_SEEDS = 3_000;

    @Test
    void shouldWriteEveryRecordOnceWhoeverDies() throws InterruptedException {
        Lifetimes.live(LIFETIMES, seed -> new LivesSimulation(seed, Sabotage.NONE).run());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldSeeABugThatIsPlanted(Sabotage sabotage) {
        for (int seed = 0; seed < MOST_SEEDS; seed++) {
            if (isSeen(sabotage, seed)) {
                return;
            }
        }
        fail("nobody noticed among " + MOST_SEEDS + " seeds: " + sabotage);
    }

    /** Anything else that goes wrong is not what the checks are there for. */
    private static boolean isSeen(Sabotage sabotage, long seed) {
        try {
            new LivesSimulation(seed, sabotage).run();
            return false;
        } catch (AssertionError failure) {
            return failure.getCause() instanceof Violation;
        }
    }
}
