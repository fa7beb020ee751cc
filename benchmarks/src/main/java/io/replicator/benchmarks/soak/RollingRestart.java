package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.daemon.Await;
import io.replicator.benchmarks.daemon.Instance;
import java.time.Duration;

/** Stops every instance as an operator would, and restarts it, one after the other. */
final class RollingRestart implements Trouble {
    private static final int MAX_PAUSE_MILLIS = 2_000;

    @Override
    public void strike(Run run) {
        int first = run.random(run.instances());
        for (int i = 0; i < run.instances(); i++) {
            Instance instance = run.instance((first + i) % run.instances());
            run.stop(instance);
            Await.time(Duration.ofMillis(run.random(MAX_PAUSE_MILLIS)));
            instance.start();
            run.awaitAllServe();
            run.awaitEveryPartitionGrows();
        }
    }
}
