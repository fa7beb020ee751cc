package io.replicator.benchmarks.race;

import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.ListenerSecurity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Two clusters, and how much they cost. */
final class Arena implements AutoCloseable {
    private static final int BROKER_HEAP_MEBIBYTES = 1_024;
    private static final int SMALL_BROKER_HEAP_MEBIBYTES = 512;

    /**
     * How the clusters are laid out.
     *
     * @param brokers of each
     * @param tls whether clients of both speak TLS
     * @param roundTrip to the target through a proxy; empty for no proxy
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

    /** Starts both clusters; their logs lie in {@code directory}. */
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
                // What a heat leaves must be gone before the next one needs the room.
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

    /** What all brokers have used of the processors so far. */
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
