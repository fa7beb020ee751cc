package io.replicator.mirrormaker;

import io.replicator.agent.Interruption;
import io.replicator.cluster.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of MirrorMaker 2's topics on one cluster: compacted, and all of it in its first partition. Made when something is
 * first written to it. One thread.
 */
final class MirrorTopic {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorTopic.class);
    private static final Duration POLL = Duration.ofMillis(200);

    /** Brokers that send nothing for so long are taken for silent; longer than a quota delays an answer. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final Map<String, String> SETTINGS =
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);

    private final MirrorCluster cluster;
    private final String topic;
    private final Trouble trouble;
    private boolean isThere;

    /**
     * @param what it holds, for a person
     */
    MirrorTopic(String flow, MirrorCluster cluster, String topic, String what) {
        this.cluster = cluster;
        this.topic = topic;
        this.trouble = new Trouble(flow, "topic " + topic + " on " + cluster.name() + ", which holds " + what + ",");
    }

    /** Why it cannot be written, empty when all is well. Any thread. */
    String trouble() {
        return trouble.words();
    }

    /**
     * Writes records in their order and waits for them; false when it cannot be, and is worth another try later.
     *
     * @param nowMillis the records' timestamp, in milliseconds since 1970
     */
    boolean write(List<? extends MirrorRecord> records, long nowMillis) throws InterruptedException {
        long nowNanos = System.nanoTime();
        if (records.isEmpty()) {
            return true;
        }
        if (!trouble.mayTry(nowNanos)) {
            return false;
        }
        try {
            ensure();
            send(records, nowMillis);
            trouble.isOver();
            return true;
        } catch (InterruptException interrupted) {
            throw Interruption.of(interrupted);
        } catch (UnavailableException unavailable) {
            isThere = false;
            trouble.is(unavailable.getMessage(), System.nanoTime());
        } catch (KafkaException failure) {
            isThere = false;
            trouble.is(words(failure), System.nanoTime());
        }
        return false;
    }

    private String words(Throwable failure) {
        return cluster.admin().unavailable(failure, "WRITE", named()).getMessage();
    }

    private void send(List<? extends MirrorRecord> records, long nowMillis) throws InterruptedException {
        Producer<byte[], byte[]> producer = cluster.producer();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (MirrorRecord record : records) {
            sent.add(producer.send(new ProducerRecord<>(topic, 0, nowMillis, record.key(), record.value())));
        }
        for (Future<RecordMetadata> answer : sent) {
            try {
                answer.get();
            } catch (ExecutionException failure) {
                throw cluster.admin().unavailable(failure.getCause(), "WRITE", named());
            }
        }
    }

    /**
     * Reads the topic from its beginning to its end as it is now; nothing when there is no such topic.
     *
     * @throws UnavailableException when it cannot be read
     */
    void readAll(Consumer<ConsumerRecord<byte[], byte[]>> reader) throws InterruptedException {
        int partitions = partitions();
        if (partitions > 0) {
            List<TopicPartition> all = IntStream.range(0, partitions)
                    .mapToObj(number -> new TopicPartition(topic, number))
                    .toList();
            try (var consumer = cluster.consumer()) {
                readAll(consumer, all, reader);
            } catch (InterruptException interrupted) {
                throw Interruption.of(interrupted);
            } catch (KafkaException failure) {
                throw cluster.admin().unavailable(failure, "READ", named());
            }
        }
    }

    private void readAll(
            org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long heardNanos = System.nanoTime();
        long reached = -1;
        while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            consumer.poll(POLL).forEach(reader);
            long now = partitions.stream().mapToLong(consumer::position).sum();
            if (now > reached) {
                reached = now;
                heardNanos = System.nanoTime();
            } else if (System.nanoTime() - heardNanos > SILENCE.toNanos()) {
                throw new TimeoutException("no record came within " + SILENCE);
            }
        }
    }

    private void ensure() throws InterruptedException {
        if (!isThere) {
            if (partitions() == 0 && cluster.admin().create(topic, 1, SETTINGS)) {
                LOG.info("created a topic as MirrorMaker 2 does cluster={} topic={}", cluster.name(), topic);
            }
            isThere = true;
        }
    }

    /** How many it has, 0 when there is no such topic. */
    private int partitions() throws InterruptedException {
        return cluster.admin().partitions(topic).orElse(0);
    }

    private String named() {
        return "topic " + topic;
    }
}
