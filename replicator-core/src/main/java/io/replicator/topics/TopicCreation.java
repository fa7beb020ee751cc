package io.replicator.topics;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterError;
import io.replicator.cluster.TopicRequest;
import io.replicator.cluster.UnavailableException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates and grows topics on the target, or asks whether it would be allowed: then nothing changes. */
public final class TopicCreation {
    private static final Logger LOG = LoggerFactory.getLogger(TopicCreation.class);

    /**
     * A controller takes 10,000 changes in one request, and each partition is one; far fewer, so that a slow one answers
     * in time and brokers show the first topics while the last ones are created.
     */
    private static final int PARTITIONS_PER_REQUEST = 500;

    private final Cluster target;
    private final boolean onlyAsk;

    /** @param onlyAsk whether to change nothing */
    public TopicCreation(Cluster target, boolean onlyAsk) {
        this.target = target;
        this.onlyAsk = onlyAsk;
    }

    /**
     * A topic that is missing.
     *
     * @param name on the target
     * @param partitions as many as the source has
     * @param replicas {@link TopicRequest#DEFAULT_REPLICAS} for the brokers' default
     */
    public record Missing(String name, int partitions, short replicas, TopicSettings settings) {
        TopicRequest request() {
            return new TopicRequest(name, partitions, replicas, settings.values());
        }

        Missing without(String key) {
            return new Missing(name, partitions, replicas, settings.without(key));
        }
    }

    /**
     * Creates topics; one that somebody else has created meanwhile counts as created.
     *
     * @return why not, by name
     */
    public Map<String, UnavailableException> create(Collection<Missing> topics) throws InterruptedException {
        Map<String, UnavailableException> failed = new HashMap<>();
        Collection<Missing> waiting = topics;
        // Each round takes a setting away from every topic that waits, so this ends.
        while (!waiting.isEmpty()) {
            List<Missing> again = new ArrayList<>();
            for (List<Missing> part : parts(waiting)) {
                again.addAll(createPart(part, failed));
            }
            waiting = again;
        }
        return failed;
    }

    private List<Missing> createPart(List<Missing> part, Map<String, UnavailableException> failed)
            throws InterruptedException {
        Map<String, UnavailableException> failures =
                target.createTopics(part.stream().map(Missing::request).toList(), onlyAsk);
        List<Missing> again = new ArrayList<>();
        for (Missing topic : part) {
            Optional<UnavailableException> failure = Optional.ofNullable(failures.get(topic.name()))
                    .filter(found -> found.error() != ClusterError.TOPIC_EXISTS);
            Optional<String> refusedKey = failure.flatMap(found -> refusedKey(found, topic.settings()));
            if (refusedKey.isPresent()) {
                note(topic, refusedKey.get(), failure.get());
                again.add(topic.without(refusedKey.get()));
            } else if (failure.isPresent()) {
                failed.put(topic.name(), failure.get());
            } else {
                created(topic);
            }
        }
        return again;
    }

    /**
     * Adds partitions.
     *
     * @param partitions how many each topic shall have
     * @return why not, by name
     */
    public Map<String, UnavailableException> grow(Map<String, Integer> partitions) throws InterruptedException {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        Map<String, UnavailableException> failed = target.growTopics(partitions, onlyAsk);
        if (!onlyAsk) {
            partitions.forEach((topic, count) -> {
                if (!failed.containsKey(topic)) {
                    LOG.info("Topic grown cluster={} topic={} partitions={}", target.name(), topic, count);
                }
            });
        }
        return failed;
    }

    /** The setting that the brokers name when they refuse one: other versions and vendors know other keys. */
    private static Optional<String> refusedKey(UnavailableException failure, TopicSettings settings) {
        if (failure.error() != ClusterError.INVALID_SETTING) {
            return Optional.empty();
        }
        return settings.values().keySet().stream()
                .filter(failure.words()::contains)
                .max(Comparator.comparingInt(String::length));
    }

    private void note(Missing topic, String key, UnavailableException failure) {
        if (!onlyAsk && !topic.settings().ours().contains(key)) {
            LOG.warn(
                    "Setting {} is left out, the target refuses it ({}) cluster={} topic={}",
                    key,
                    failure.words(),
                    target.name(),
                    topic.name());
        }
    }

    private void created(Missing topic) {
        if (onlyAsk) {
            return;
        }
        LOG.info(
                "Topic created cluster={} topic={} partitions={} replicas={} settings={}",
                target.name(),
                topic.name(),
                topic.partitions(),
                topic.replicas() == TopicRequest.DEFAULT_REPLICAS ? "default" : topic.replicas(),
                topic.settings().values());
        topic.settings().notes().forEach(note -> LOG.warn("{} cluster={} topic={}", note, target.name(), topic.name()));
    }

    private static List<List<Missing>> parts(Collection<Missing> topics) {
        List<List<Missing>> parts = new ArrayList<>();
        int partitions = PARTITIONS_PER_REQUEST;
        for (Missing topic : topics) {
            if (partitions + topic.partitions() > PARTITIONS_PER_REQUEST) {
                parts.add(new ArrayList<>());
                partitions = 0;
            }
            parts.get(parts.size() - 1).add(topic);
            partitions += topic.partitions();
        }
        return parts;
    }
}
