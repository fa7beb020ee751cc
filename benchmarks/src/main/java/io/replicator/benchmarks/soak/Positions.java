package io.replicator.benchmarks.soak;

import com.fasterxml.jackson.databind.JsonNode;
import io.replicator.benchmarks.daemon.Await;
import io.replicator.benchmarks.daemon.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Waits for the progress of the copy. It only decides when to continue: the verdict reads nothing but the clusters. It repeats
 * requests that brokers cannot answer because they are down.
 */
final class Positions implements AutoCloseable {
    /** Longer than anything may take. */
    private static final Duration SLOW = Duration.ofSeconds(15);

    private final List<Instance> instances;
    private final List<String> topics;
    private final Admin source;
    private final Admin target;
    private final List<String> slow = new ArrayList<>();

    Positions(Stage stage, List<Instance> instances, List<String> topics) {
        this.instances = instances;
        this.topics = topics;
        this.source = admin(stage.source().adminProperties());
        this.target = admin(stage.target().adminProperties());
    }

    private static Admin admin(Map<String, Object> clientProperties) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        // A frozen broker does not answer: ask another one soon.
        properties.put("request.timeout.ms", 2_000);
        properties.put("default.api.timeout.ms", 10_000);
        return Admin.create(properties);
    }

    /** Waits until the target has so many more records. */
    void awaitGrowth(int records, Duration patience) {
        long wanted = sum(ends(target, IsolationLevel.READ_UNCOMMITTED, patience)) + records;
        Await.until(
                patience,
                () -> tryEnds(target, IsolationLevel.READ_UNCOMMITTED)
                        .map(ends -> sum(ends) >= wanted)
                        .orElse(false),
                () -> "the target does not grow; " + story());
    }

    /** Waits until the copy of every partition has passed the current end of the source. */
    void awaitBeyondNow(Duration patience) {
        Map<TopicPartition, Long> ends = ends(source, IsolationLevel.READ_COMMITTED, patience);
        ends.replaceAll((partition, end) -> end + 1);
        await(ends, patience);
    }

    /** Waits until everything that is on the source now is copied. */
    void awaitAllCopied(Duration patience) {
        await(ends(source, IsolationLevel.READ_COMMITTED, patience), patience);
    }

    private void await(Map<TopicPartition, Long> wanted, Duration patience) {
        long slowNanos = System.nanoTime() + SLOW.toNanos();
        boolean[] told = new boolean[1];
        Await.until(
                patience,
                () -> {
                    Map<String, String> missing = missing(wanted);
                    if (!told[0] && !missing.isEmpty() && System.nanoTime() > slowNanos) {
                        told[0] = true;
                        slow.add("after " + SLOW.toSeconds() + " s " + missing + " not reached; " + health());
                    }
                    return missing.isEmpty();
                },
                () -> missing(wanted) + " not reached; " + story());
    }

    /** What took long, with the status of the instances at that time. */
    List<String> slow() {
        return List.copyOf(slow);
    }

    /** Partitions that have not reached their offset yet: the position of the copy, and the offset. */
    private Map<String, String> missing(Map<TopicPartition, Long> wanted) {
        Map<TopicPartition, Long> reached = new HashMap<>();
        for (Instance instance : instances) {
            instance.status().ifPresent(status -> status.path("flows").forEach(flow -> flow.path("partitions")
                    .forEach(each -> reached.merge(
                            new TopicPartition(
                                    each.path("topic").asText(),
                                    each.path("partition").asInt()),
                            each.path("position").asLong(),
                            Math::max))));
        }
        Map<String, String> missing = new TreeMap<>();
        wanted.forEach((partition, offset) -> {
            long found = reached.getOrDefault(partition, -1L);
            if (found < offset) {
                missing.put(partition.toString(), found + " of " + offset);
            }
        });
        return missing;
    }

    private String story() {
        return health()
                + instances.stream().map(each -> "\n" + each.lastOfLog()).collect(Collectors.joining());
    }

    /** The status of the partitions that are not RUNNING. */
    private String health() {
        return instances.stream().map(Positions::health).collect(Collectors.joining("; "));
    }

    private static String health(Instance instance) {
        Optional<JsonNode> status = instance.status();
        if (status.isEmpty()) {
            return instance.name() + " does not answer";
        }
        StringBuilder text = new StringBuilder(instance.name());
        for (JsonNode flow : status.get().path("flows")) {
            text.append(' ')
                    .append(flow.path("state").asText())
                    .append(' ')
                    .append(flow.path("reason").asText());
            for (JsonNode partition : flow.path("partitions")) {
                if (!partition.path("state").asText().equals("RUNNING")) {
                    text.append("\n        %s-%s %s: %s"
                            .formatted(
                                    partition.path("topic").asText(),
                                    partition.path("partition").asText(),
                                    partition.path("state").asText(),
                                    partition.path("reason").asText()));
                }
            }
        }
        return text.toString();
    }

    private static long sum(Map<TopicPartition, Long> ends) {
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    private Map<TopicPartition, Long> ends(Admin admin, IsolationLevel isolation, Duration patience) {
        Map<TopicPartition, Long> found = new HashMap<>();
        Await.until(
                patience,
                () -> tryEnds(admin, isolation)
                        .map(ends -> {
                            found.putAll(ends);
                            return true;
                        })
                        .orElse(false),
                () -> "the ends of " + topics + " cannot be read");
        return found;
    }

    private Optional<Map<TopicPartition, Long>> tryEnds(Admin admin, IsolationLevel isolation) {
        try {
            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
            admin.describeTopics(topics).allTopicNames().get().values().forEach(topic -> topic.partitions()
                    .forEach(partition ->
                            asked.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest())));
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(asked, new ListOffsetsOptions(isolation))
                    .all()
                    .get()
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
            return Optional.of(ends);
        } catch (ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        source.close(Duration.ZERO);
        target.close(Duration.ZERO);
    }
}
