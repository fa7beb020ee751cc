package io.replicator.simulation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lifetimes of lanes, each from its seed: {@code -Dsimulation.seed=N} lives one again, with {@code -Dsimulation.trace=true}
 * aloud; {@code -Dsimulation.lifetimes=N} lives more, {@code -Dsimulation.first=N} others.
 */
class LaneSimulationTest {
    private static final int LIFETIMES = 3_000;

    @Test
    void shouldCopyEverythingOnceWhateverGoesWrong() {
        Long seed = Long.getLong("simulation.seed");
        if (seed != null) {
            new LaneSimulation(seed).run();
            return;
        }
        int lifetimes = Integer.getInteger("simulation.lifetimes", LIFETIMES);
        long first = Long.getLong("simulation.first", 0);
        for (int i = 0; i < lifetimes; i++) {
            new LaneSimulation(first + i).run();
        }
    }

    /** A partition that moved to a new leader stayed in the old broker's session, which failed at once for ever. */
    @ParameterizedTest
    @ValueSource(longs = {101, 142})
    void shouldForgetAPartitionInTheSessionItLeft(long seed) {
        new LaneSimulation(seed).run();
    }

    /** While the clock stood below zero no memory was given back for others, or a speed limit let nothing through. */
    @ParameterizedTest
    @ValueSource(longs = {103, 170, 172, 2, 35, 76})
    void shouldGoOnWhereverTheClockBegins(long seed) {
        new LaneSimulation(seed).run();
    }
}
