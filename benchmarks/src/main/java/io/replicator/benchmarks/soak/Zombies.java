package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.daemon.Await;
import io.replicator.benchmarks.daemon.Instance;
import java.time.Duration;

/**
 * One instance is frozen until others have taken its partitions over, and woken while they write; now and then one of the
 * others is killed meanwhile. The woken one believes that it still owns what it had, and sends what it had ready.
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
            // What one that was declared dead does when it learns of it is its own affair, as long as it harms nobody.
            frozen.start();
        }
        run.awaitEveryPartitionGrows();
        run.awaitAllServe();
    }
}
