package io.replicator.benchmarks.race;

import com.fasterxml.jackson.databind.JsonNode;
import io.replicator.benchmarks.daemon.Await;
import io.replicator.benchmarks.daemon.Instance;
import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.LiveLoad;
import io.replicator.testkit.data.RecordShape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Kills an instance under load. A consumer of the target, which starts after the records of the killed instance, finds out
 * when the copy of each of its partitions continues.
 *
 * @param what a title for people
 * @param partitions of the topic
 * @param recordsPerSecond of the load
 * @param instances before the kill; a single one is restarted at once, otherwise the killed one is not
 */
record Takeover(String what, int partitions, int recordsPerSecond, int instances) {
    static final List<Takeover> ALL = List.of(
            new Takeover("restarted at once, 8 partitions", 8, 4_000, 1),
            new Takeover("one of two, 8 partitions, session-timeout 10 s", 8, 4_000, 2),
            new Takeover("restarted at once, 3,000 partitions", 3_000, 3_000, 1));

    private static final int MIN_PARTITIONS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** An instance copies for this time before it is killed: some of its progress is saved, some is not. */
    private static final Duration BEFORE = Duration.ofSeconds(5);

    /** After this time everything has arrived that the killed instance had sent. */
    private static final Duration SETTLE = Duration.ofMillis(200);

    private static final Duration POLL = Duration.ofMillis(10);

    /** A status of 3,000 partitions is long. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private static final String RECOVERED = "replicator_recovered_records_total";

    TakeoverResult measure(
            Arena arena,
            Path distribution,
            List<String> settings,
            Path directory,
            String topic,
            int round,
            double scale) {
        int count = Math.max(Math.min(MIN_PARTITIONS, partitions), (int) (partitions * scale));
        arena.source().createTopic(topic, count, Map.of());
        arena.target().createTopic(topic, count, Map.of());
        Path file = directory.resolve("replicator.conf");
        ReplicatorContender.write(file, ReplicatorContender.configuration(arena, topic, topic, "{topic}"));
        List<Instance> all = new ArrayList<>();
        try (LiveLoad.Running load = LiveLoad.to(arena.source(), topic)
                .recordsPerSecond(recordsPerSecond)
                .records(RecordShape.values(200))
                .batches(BatchShape.of(Codec.LZ4))
                .start()) {
            for (int i = 0; i < instances; i++) {
                Instance instance = new Instance("instance-" + i, distribution, file, directory);
                settings.forEach(instance::with);
                all.add(instance);
                instance.start();
            }
            Await.until(PATIENCE, () -> running(all).size() == count, () -> all.get(0)
                    .lastOfLog());
            Await.time(BEFORE);
            TakeoverResult result = kill(arena, topic, round, all);
            load.stop();
            return result;
        } finally {
            all.forEach(Instance::close);
        }
    }

    private TakeoverResult kill(Arena arena, String topic, int round, List<Instance> all) {
        Instance victim = all.stream()
                .max(Comparator.comparingInt(each -> running(List.of(each)).size()))
                .orElseThrow();
        Set<Integer> orphans = running(List.of(victim));
        List<Instance> successors = instances == 1
                ? all
                : all.stream().filter(each -> each != victim).toList();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(arena)) {
            List<TopicPartition> assigned = orphans.stream()
                    .map(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(assigned);
            double before = recovered(successors);
            victim.kill();
            long killedNanos = System.nanoTime();
            if (instances == 1) {
                victim.start();
                before = 0;
            }
            Await.time(SETTLE.minusNanos(System.nanoTime() - killedNanos));
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(assigned));
            ends.forEach(consumer::seek);

            Set<Integer> silent = new HashSet<>(orphans);
            double first = 0;
            double every = 0;
            double well = 0;
            long lookNanos = killedNanos;
            long deadlineNanos = killedNanos + PATIENCE.toNanos();
            while (every == 0 || well == 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    silent.remove(record.partition());
                    first = first == 0 ? secondsSince(killedNanos) : first;
                }
                if (every == 0 && silent.isEmpty()) {
                    every = secondsSince(killedNanos);
                }
                if (well == 0 && System.nanoTime() >= lookNanos) {
                    well = running(successors).containsAll(orphans) ? secondsSince(killedNanos) : 0;
                    lookNanos = System.nanoTime() + LOOK.toNanos();
                }
                if (System.nanoTime() > deadlineNanos) {
                    throw new IllegalStateException("after %d s nothing was copied to %s of %s%n%s"
                            .formatted(
                                    PATIENCE.toSeconds(),
                                    silent,
                                    topic,
                                    successors.get(0).lastOfLog()));
                }
            }
            return new TakeoverResult(what, round, first, every, well, recovered(successors) - before);
        }
    }

    private static double recovered(List<Instance> instances) {
        return instances.stream()
                .mapToDouble(instance -> instance.metric(RECOVERED))
                .sum();
    }

    /** The partitions that are RUNNING in the status of the instances. */
    private static Set<Integer> running(List<Instance> instances) {
        Set<Integer> running = new HashSet<>();
        for (Instance instance : instances) {
            for (JsonNode flow : instance.status().map(it -> it.path("flows")).stream()
                    .flatMap(flows -> IntStream.range(0, flows.size()).mapToObj(flows::get))
                    .toList()) {
                for (JsonNode partition : flow.path("partitions")) {
                    if (partition.path("state").asText().equals("RUNNING")) {
                        running.add(partition.path("partition").asInt());
                    }
                }
            }
        }
        return running;
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Arena arena) {
        Map<String, Object> properties = new HashMap<>(arena.target().adminProperties());
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
