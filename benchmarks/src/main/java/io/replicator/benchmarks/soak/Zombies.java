package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.daemon.Await;
import io.replicator.benchmarks.daemon.Instance;
import java.time.Duration;

/**
 * Freezes one instance until others have taken over its partitions, and continues it while they write. Sometimes one of the
 * others is killed at the same time. The continued instance still believes that it owns its partitions, and sends the requests
 * that it had prepared.
 */
final class Zombies implements Trouble {
    private static final double KILL_SHARE = 0.5;
    private static final int MAX_PAUSE_MILLIS = 2_000;

    @Override
    public void strike(Run run) {
        int first = run.random(run.instances());
        Instance frozen = run.instance(first);
        Instance other = run.instance((first + 1) % run.instances());
        frozen.freeze();
        if (run.chance(KILL_SHARE)) {
            run.kill(other);
        }
        run.awaitEveryPartitionGrows();
        Await.time(Duration.ofMillis(run.random(MAX_PAUSE_MILLIS)));
        frozen.wake();
        Await.time(Duration.ofMillis(run.random(MAX_PAUSE_MILLIS)));
        if (!other.isAlive()) {
            other.start();
        }
        if (!frozen.isAlive()) {
            // An instance that was declared dead may do anything when it learns of that, as long as the copy is
            // correct.
            frozen.start();
        }
        run.awaitEveryPartitionGrows();
        run.awaitAllServe();
    }
}
