package io.replicator.simulation;

import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lives of several instances of a flow; see {@link Lifetimes} for how to live other ones. */
class LivesSimulationTest {
    /** With {@code -Psoak}, 3,000 of each. */
    private static final int LIFETIMES = 600;

    private static final int TRANSACTIONAL_LIFETIMES = 300;

    /** A planted bug that is not found among so many seeds would not be found by chance either. */
    private static final int MAX_SEEDS = 3_000;

    @Test
    void shouldWriteEveryRecordOnceWhoeverDies() throws InterruptedException {
        Lifetimes.live(LIFETIMES, seed -> new LivesSimulation(seed, Sabotage.NONE).run());
    }

    @Test
    void shouldShowEveryRecordOnceWhoeverDiesWhereItIsWrittenInTransactions() throws InterruptedException {
        Lifetimes.live(TRANSACTIONAL_LIFETIMES, seed -> new LivesSimulation(seed, Sabotage.NONE, true).run());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldSeeABugThatIsPlantedWhereItIsWrittenInTransactions(Sabotage sabotage) {
        for (int seed = 0; seed < MAX_SEEDS; seed++) {
            if (isSeen(sabotage, seed, true)) {
                return;
            }
        }
        fail("nobody noticed among " + MAX_SEEDS + " seeds: " + sabotage);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "COMMITS_ARE_LOST"})
    void shouldSeeABugThatIsPlanted(Sabotage sabotage) {
        for (int seed = 0; seed < MAX_SEEDS; seed++) {
            if (isSeen(sabotage, seed, false)) {
                return;
            }
        }
        fail("nobody noticed among " + MAX_SEEDS + " seeds: " + sabotage);
    }

    /** Anything else that goes wrong is not what the checks are there for. */
    private static boolean isSeen(Sabotage sabotage, long seed, boolean transactions) {
        try {
            new LivesSimulation(seed, sabotage, transactions).run();
            return false;
        } catch (AssertionError failure) {
            return failure.getCause() instanceof Violation;
        }
    }
}
