package io.replicator.testkit.junit;

import io.replicator.testkit.ClusterBuilder;
import io.replicator.testkit.KafkaBroker;
import io.replicator.testkit.KafkaCluster;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.opentest4j.TestAbortedException;

/**
 * The clusters of a test class, or of one test: a parameter that {@link ClusterExtension} gives to {@code @BeforeAll}
 * methods and to tests.
 *
 * <p>A shared cluster is started by the first class that asks for its shape and serves every later class of the JVM. So
 * topics, groups and flows need names that no other class uses, and nobody may stop, pause or reconfigure its brokers. A
 * test that does needs clusters of its own: they are closed behind the class, or behind the test.
 */
public final class Clusters implements AutoCloseable {
    private final Store session;
    private final Map<Object, KafkaCluster> shared = new LinkedHashMap<>();
    private final List<KafkaCluster> own = new ArrayList<>();

    Clusters(Store session) {
        this.session = session;
    }

    /** Skips the test, with one sentence, where clusters would run in containers and no engine answers. */
    public static void assumeAvailable() {
        Optional<String> reason = ClusterBuilder.whyUnavailable();
        if (reason.isPresent()) {
            throw new TestAbortedException(reason.get());
        }
    }

    /** The cluster of this shape that all classes of the JVM share. */
    public KafkaCluster shared(ClusterBuilder described) {
        Object shape = described.shape();
        KafkaCluster cluster = session.computeIfAbsent(shape, absent -> described.start(), KafkaCluster.class);
        shared.put(shape, cluster);
        return cluster;
    }

    /** A new cluster, which nobody else uses. */
    public KafkaCluster own(ClusterBuilder described) {
        KafkaCluster cluster = described.start();
        own.add(cluster);
        return cluster;
    }

    /** Closes the clusters of its own, the last one first, and fails when a shared one was not left as it was. */
    @Override
    public void close() {
        Collections.reverse(own);
        own.forEach(KafkaCluster::close);
        List<String> broken = new ArrayList<>();
        shared.forEach((shape, cluster) -> {
            if (!cluster.brokers().stream().allMatch(KafkaBroker::isRunning)) {
                // The next class gets another one.
                session.remove(shape);
                cluster.close();
                broken.add(cluster.name());
            }
        });
        if (!broken.isEmpty()) {
            throw new IllegalStateException("brokers of the shared clusters " + broken
                    + " do not run any more; a test that stops brokers needs clusters of its own");
        }
    }
}
