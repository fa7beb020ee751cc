package io.replicator.demo;

import io.replicator.testkit.KafkaCluster;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The two clusters and the load: everything in the demo except Replicator itself. One thread. */
final class Playground implements AutoCloseable {
    private static final int BROKER_HEAP_MEBIBYTES = 384;

    private final KafkaCluster east;
    private final KafkaCluster west;
    private final Traffic traffic;

    private Playground(KafkaCluster east, KafkaCluster west, Traffic traffic) {
        this.east = east;
        this.west = west;
        this.traffic = traffic;
    }

    /** Starts both clusters at the same time; returns when both are ready. */
    static Playground open() throws InterruptedException {
        CompletableFuture<KafkaCluster> east = CompletableFuture.supplyAsync(() -> start("east"));
        CompletableFuture<KafkaCluster> west = CompletableFuture.supplyAsync(() -> start("west"));
        try {
            return new Playground(east.get(), west.get(), Traffic.to(east.get().bootstrapServers()));
        } catch (ExecutionException e) {
            var eastCloses = east.thenAccept(KafkaCluster::close);
            var westCloses = west.thenAccept(KafkaCluster::close);
            CompletableFuture.allOf(eastCloses, westCloses)
                    .exceptionally(failed -> null)
                    .join();
            throw new IllegalStateException("a cluster could not be started", e.getCause());
        }
    }

    private static KafkaCluster start(String name) {
        return KafkaCluster.builder()
                .name(name)
                .heapMebibytes(BROKER_HEAP_MEBIBYTES)
                .start();
    }

    KafkaCluster east() {
        return east;
    }

    KafkaCluster west() {
        return west;
    }

    Traffic traffic() {
        return traffic;
    }

    void create(DemoTopic topic) {
        east.createTopic(topic.topic(), topic.partitions(), topic.settings());
    }

    /** Adds a partition to a topic on east. */
    void grow(DemoTopic topic) throws InterruptedException {
        try {
            east.admin()
                    .createPartitions(Map.of(topic.topic(), NewPartitions.increaseTo(topic.partitions() + 1)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(topic.topic() + " could not be extended by a partition", e.getCause());
        }
    }

    /**
     * Lets west create the topic of its transaction coordinator, which a cluster in use has. Otherwise the flow would wait for
     * it.
     */
    void warmUp() {
        Map<String, Object> properties = new HashMap<>(west.clientProperties());
        properties.put("transactional.id", "demo");
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
        }
    }

    /** Also closes everything on an interrupted thread, because that is the purpose of the interrupt. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        traffic.close();
        east.close();
        west.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
