package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.daemon.Await;
import io.replicator.testkit.KafkaBroker;
import io.replicator.testkit.KafkaCluster;
import java.time.Duration;
import java.util.function.Function;

/**
 * One of three brokers is killed and restarted, or is frozen until others lead its partitions, or leaders are moved.
 * Sometimes the daemon is killed at the same time, and recovers.
 */
final class BrokerTrouble implements Trouble {
    private static final double KILL_SHARE = 0.4;
    private static final int MAX_PAUSE_MILLIS = 1_500;

    private final Function<Stage, KafkaCluster> where;

    BrokerTrouble(Function<Stage, KafkaCluster> where) {
        this.where = where;
    }

    @Override
    public void strike(Run run) {
        KafkaCluster cluster = where.apply(run.stage());
        try (Replicas replicas = new Replicas(cluster)) {
            KafkaBroker broker = cluster.broker(run.random(cluster.brokers().size()));
            switch (run.nextOf(3)) {
                case 0 -> {
                    broker.kill();
                    try {
                        meanwhile(run);
                        run.awaitEveryPartitionGrows();
                    } finally {
                        broker.start();
                    }
                }
                case 1 -> {
                    broker.pause();
                    try {
                        replicas.awaitNoneLedBy(broker.id());
                        meanwhile(run);
                        run.awaitEveryPartitionGrows();
                    } finally {
                        broker.resume();
                    }
                }
                default -> {
                    replicas.moveLeaders(run.topicNames());
                    meanwhile(run);
                    run.awaitEveryPartitionGrows();
                }
            }
            replicas.awaitInSync();
        }
    }

    private static void meanwhile(Run run) {
        Await.time(Duration.ofMillis(run.random(MAX_PAUSE_MILLIS)));
        if (run.chance(KILL_SHARE)) {
            run.kill(run.instance(0));
            run.instance(0).start();
        }
    }
}
