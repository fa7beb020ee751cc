package io.replicator.benchmarks.race;

import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.ListenerSecurity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Two clusters, and the CPU time of their brokers. */
final class Arena implements AutoCloseable {
    private static final int BROKER_HEAP_MEBIBYTES = 1_024;
    private static final int SMALL_BROKER_HEAP_MEBIBYTES = 512;

    /**
     * How the clusters are laid out.
     *
     * @param brokers of each cluster
     * @param tls whether clients of both clusters use TLS
     * @param roundTrip the time that a proxy adds to each round trip to the target; empty for no proxy
     */
    record Layout(int brokers, boolean tls, Optional<Duration> roundTrip) {
        static Layout plain() {
            return new Layout(1, false, Optional.empty());
        }

        Layout withBrokers(int count) {
            return new Layout(count, tls, roundTrip);
        }

        Layout withTls() {
            return new Layout(brokers, true, roundTrip);
        }

        Layout withRoundTrip(Duration time) {
            return new Layout(brokers, tls, Optional.of(time));
        }
    }

    private final KafkaCluster source;
    private final KafkaCluster target;

    private Arena(KafkaCluster source, KafkaCluster target) {
        this.source = source;
        this.target = target;
    }

    /** Starts both clusters, with their logs in {@code directory}. */
    static Arena start(Layout layout, Path directory) {
        KafkaCluster source = start("source", layout, false, directory);
        try {
            KafkaCluster target = start("target", layout, layout.roundTrip().isPresent(), directory);
            Duration oneWay = layout.roundTrip().orElse(Duration.ZERO).dividedBy(2);
            target.brokers().forEach(broker -> broker.proxy().ifPresent(proxy -> proxy.delay(oneWay)));
            return new Arena(source, target);
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private static KafkaCluster start(String name, Layout layout, boolean proxied, Path directory) {
        return KafkaCluster.builder()
                .name(name)
                .brokers(layout.brokers())
                .security(layout.tls() ? ListenerSecurity.ssl() : ListenerSecurity.plaintext())
                .proxied(proxied)
                .optimized()
                .heapMebibytes(layout.brokers() == 1 ? BROKER_HEAP_MEBIBYTES : SMALL_BROKER_HEAP_MEBIBYTES)
                // Deleted topics must free their space before the next heat needs it.
                .property("log.segment.delete.delay.ms", "1000")
                .property("group.initial.rebalance.delay.ms", "0")
                .directory(directory)
                .start();
    }

    KafkaCluster source() {
        return source;
    }

    KafkaCluster target() {
        return target;
    }

    /** The CPU time of all brokers so far. */
    Duration brokerCpu() {
        return Stream.of(source, target)
                .map(KafkaCluster::brokers)
                .flatMap(List::stream)
                .flatMap(broker -> broker.process().stream())
                .map(ProcessMeter::cpu)
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
        target.close();
        source.close();
    }
}
