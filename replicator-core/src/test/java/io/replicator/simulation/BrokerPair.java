package io.replicator.simulation;

import java.util.SplittableRandom;
import java.util.function.Function;

/** Two clusters of one broker each, in a world of their own: what tests of a single lane stand on. */
abstract class BrokerPair {
    final SplittableRandom random = new SplittableRandom(1);
    final SimulatedTime time = new SimulatedTime(1);
    final Trace trace = new Trace(time);
    final Faults faults;
    final SimulatedCluster source;
    final SimulatedCluster target;

    BrokerPair() {
        this(Faults::new);
    }

    BrokerPair(Function<SplittableRandom, Faults> faults) {
        this.faults = faults.apply(random.split());
        this.source = new SimulatedCluster("source", 1, false, time, random.split(), this.faults, trace);
        this.target = new SimulatedCluster("target", 1, false, time, random.split(), this.faults, trace);
    }
}
