package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.daemon.Await;
import io.replicator.benchmarks.daemon.Instance;
import java.time.Duration;

/** Kills the only instance at any moment: while it starts, while it recovers, while it copies. */
final class Kills implements Trouble {
    private static final double EARLY_SHARE = 0.3;
    private static final int MAX_EARLY_MILLIS = 2_500;
    private static final int MAX_RECORDS = 4_000;
    private static final int MAX_LATER_MILLIS = 1_500;

    @Override
    public void strike(Run run) {
        Instance daemon = run.instance(0);
        if (run.chance(EARLY_SHARE)) {
            Await.time(Duration.ofMillis(run.random(MAX_EARLY_MILLIS)));
        } else {
            run.awaitGrowth(1 + run.random(MAX_RECORDS));
            Await.time(Duration.ofMillis(run.random(MAX_LATER_MILLIS)));
        }
        run.kill(daemon);
        daemon.start();
    }
}
