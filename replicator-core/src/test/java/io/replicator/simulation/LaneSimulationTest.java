package io.replicator.simulation;

import org.junit.jupiter.api.Test;

/** Lifetimes of lanes, each from its seed. */
class LaneSimulationTest {
    private static final int LIFETIMES = 2_000;

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
}
