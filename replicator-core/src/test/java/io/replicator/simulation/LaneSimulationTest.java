package io.replicator.simulation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lifetimes of one lane; see {@link Lifetimes} for how to live other ones. */
class LaneSimulationTest {
    /** With {@code -Psoak}, 3,000. */
    private static final int LIFETIMES = 600;

    @Test
    void shouldCopyEverythingOnceWhateverGoesWrong() throws InterruptedException {
        Lifetimes.live(LIFETIMES, seed -> new LaneSimulation(seed).run());
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
