package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.daemon.Await;
import io.replicator.testkit.KafkaBroker;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections to brokers are cut, stall, are refused, or are slow. Sometimes the daemon is killed at the same time. In the worst
 * case, requests of a killed instance arrive when its successor already writes.
 */
final class NetworkTrouble implements Trouble {
    private static final double KILL_SHARE = 0.4;
    private static final int MAX_MILLIS = 4_000;
    private static final int CUTS = 3;
    private static final int MAX_DELAY_MILLIS = 100;

    /** Longer than a successor needs to start, fence and write. */
    private static final Duration LATE = Duration.ofSeconds(8);

    private static final Duration TO_FILL_THE_LINE = Duration.ofMillis(700);

    @Override
    public void strike(Run run) {
        try {
            disturb(run, lines(run));
        } finally {
            all(run).forEach(NetworkTrouble::restore);
        }
        run.awaitEveryPartitionGrows();
    }

    private static void disturb(Run run, List<TcpProxy> lines) {
        switch (run.nextOf(5)) {
            case 0 -> {
                for (int i = 0; i < CUTS; i++) {
                    lines.forEach(TcpProxy::cut);
                    Await.time(Duration.ofMillis(run.random(MAX_MILLIS / CUTS)));
                }
            }
            case 1 -> {
                lines.forEach(TcpProxy::stall);
                meanwhile(run);
            }
            case 2 -> {
                lines.forEach(TcpProxy::refuse);
                lines.forEach(TcpProxy::cut);
                meanwhile(run);
            }
            case 3 -> {
                Duration oneWay = Duration.ofMillis(1 + run.random(MAX_DELAY_MILLIS));
                lines.forEach(line -> line.delay(oneWay));
                meanwhile(run);
                run.awaitEveryPartitionGrows();
            }
            default -> arriveAfterDeath(run);
        }
    }

    private static void restore(TcpProxy line) {
        line.delay(Duration.ZERO);
        line.flow();
        line.accept();
    }

    /** The requests of a killed daemon arrive after its successor has begun to write. */
    private static void arriveAfterDeath(Run run) {
        List<TcpProxy> lines = proxies(run.stage().target());
        lines.forEach(line -> line.delay(LATE));
        Await.time(TO_FILL_THE_LINE);
        run.kill(run.instance(0));
        lines.forEach(line -> line.delay(Duration.ZERO));
        run.instance(0).start();
        Await.time(LATE);
    }

    private static void meanwhile(Run run) {
        Await.time(Duration.ofMillis(run.random(MAX_MILLIS)));
        if (run.chance(KILL_SHARE)) {
            run.kill(run.instance(0));
            run.instance(0).start();
            Await.time(Duration.ofMillis(run.random(MAX_MILLIS)));
        }
    }

    /** The proxies of one broker or of all brokers, of one cluster or of both. */
    private static List<TcpProxy> lines(Run run) {
        List<TcpProxy> of =
                switch (run.random(3)) {
                    case 0 -> proxies(run.stage().source());
                    case 1 -> proxies(run.stage().target());
                    default -> all(run);
                };
        return run.chance(0.5) ? of : List.of(of.get(run.random(of.size())));
    }

    private static List<TcpProxy> all(Run run) {
        List<TcpProxy> all = new ArrayList<>(proxies(run.stage().source()));
        all.addAll(proxies(run.stage().target()));
        return all;
    }

    private static List<TcpProxy> proxies(KafkaCluster cluster) {
        return cluster.brokers().stream()
                .map(KafkaBroker::proxy)
                .map(proxy -> proxy.orElseThrow(() -> new IllegalStateException(cluster.name() + " has no proxies")))
                .toList();
    }
}
