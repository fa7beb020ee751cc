package io.replicator.benchmarks.soak;

import io.replicator.testkit.KafkaCluster;
import java.nio.file.Path;

/** The two clusters that scenarios of one layout share. */
final class Stage implements AutoCloseable {
    private static final int HEAP_MEBIBYTES = 512;

    /** How the clusters are laid out. */
    enum Layout {
        /** One broker each. */
        SMALL(1),
        /** Three brokers each, every one behind a proxy; two of three replicas acknowledge. */
        LARGE(3);

        private final int brokers;

        Layout(int brokers) {
            this.brokers = brokers;
        }
    }

    private final KafkaCluster source;
    private final KafkaCluster target;

    private Stage(KafkaCluster source, KafkaCluster target) {
        this.source = source;
        this.target = target;
    }

    /** Starts both, with their logs in {@code directory}. */
    static Stage start(Layout layout, Path directory) {
        KafkaCluster source = start("source", layout, directory);
        try {
            return new Stage(source, start("target", layout, directory));
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private static KafkaCluster start(String name, Layout layout, Path directory) {
        return KafkaCluster.builder()
                .name(name)
                .brokers(layout.brokers)
                .proxied(layout == Layout.LARGE)
                .heapMebibytes(HEAP_MEBIBYTES)
                .property("min.insync.replicas", Integer.toString(Math.min(2, layout.brokers)))
                .property("default.replication.factor", Integer.toString(layout.brokers))
                // So that members of KIP-848 groups expire as soon as those of classic groups can.
                .property("group.consumer.min.session.timeout.ms", "1000")
                .property("group.consumer.session.timeout.ms", "6000")
                .property("group.consumer.min.heartbeat.interval.ms", "100")
                .property("group.consumer.heartbeat.interval.ms", "1000")
                .directory(directory)
                .start();
    }

    KafkaCluster source() {
        return source;
    }

    KafkaCluster target() {
        return target;
    }

    @Override
    public void close() {
        target.close();
        source.close();
    }
}
