package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates and grows topics on the target, or asks whether it would be allowed: then nothing changes. */
final class TopicCreation {
    private static final Logger LOG = LoggerFactory.getLogger(TopicCreation.class);

    /**
     * A controller takes 10,000 changes in one request, and each partition is one; far fewer, so that a slow one answers
     * in time and brokers show the first topics while the last ones are made.
     */
    private static final int PARTITIONS_PER_REQUEST = 500;

    private final ClusterAdmin target;
    private final boolean onlyAsk;

    TopicCreation(ClusterAdmin target, boolean onlyAsk) {
        this.target = target;
        this.onlyAsk = onlyAsk;
    }

    /**
     * A topic that is missing.
     *
     * @param name on the target
     * @param partitions as many as the source has
     * @param replicas -1 for the brokers' default
     */
    record Missing(String name, int partitions, short replicas, TopicSettings settings) {
        NewTopic request() {
            return new NewTopic(name, partitions, replicas).configs(settings.values());
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
    Map<String, UnavailableException> create(Collection<Missing> topics) throws InterruptedException {
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
        var requests = part.stream().map(Missing::request).toList();
        var options = new CreateTopicsOptions().validateOnly(onlyAsk);
        var answers = target.admin().createTopics(requests, options).values();
        List<Missing> again = new ArrayList<>();
        for (Missing topic : part) {
            Optional<UnavailableException> failure = failureOf(answers.get(topic.name()), "CREATE", topic.name());
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
    Map<String, UnavailableException> grow(Map<String, Integer> partitions) throws InterruptedException {
        Map<String, NewPartitions> requests = partitions.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, topic -> NewPartitions.increaseTo(topic.getValue())));
        var options = new CreatePartitionsOptions().validateOnly(onlyAsk);
        Map<String, UnavailableException> failed = new HashMap<>();
        if (requests.isEmpty()) {
            return failed;
        }
        var answers = target.admin().createPartitions(requests, options).values();
        for (var answer : answers.entrySet()) {
            String topic = answer.getKey();
            Optional<UnavailableException> failure = failureOf(answer.getValue(), "ALTER", topic);
            failure.ifPresent(found -> failed.put(topic, found));
            if (failure.isEmpty() && !onlyAsk) {
                LOG.info(
                        "Topic grown cluster={} topic={} partitions={}",
                        target.cluster(),
                        topic,
                        partitions.get(topic));
            }
        }
        return failed;
    }

    private Optional<UnavailableException> failureOf(KafkaFuture<Void> answer, String operation, String topic)
            throws InterruptedException {
        try {
            target.await(answer, operation, "topic " + topic);
            return Optional.empty();
        } catch (UnavailableException failure) {
            return failure.getCause() instanceof TopicExistsException ? Optional.empty() : Optional.of(failure);
        }
    }

    /** The setting that the brokers name when they refuse one: other versions and vendors know other keys. */
    private static Optional<String> refusedKey(UnavailableException failure, TopicSettings settings) {
        if (!(failure.getCause() instanceof InvalidConfigurationException)) {
            return Optional.empty();
        }
        String words = String.valueOf(failure.getCause().getMessage());
        return settings.values().keySet().stream().filter(words::contains).max(Comparator.comparingInt(String::length));
    }

    private void note(Missing topic, String key, UnavailableException failure) {
        if (!onlyAsk && !topic.settings().ours().contains(key)) {
            LOG.warn(
                    "Setting {} is left out, the target refuses it ({}) cluster={} topic={}",
                    key,
                    failure.getCause().getMessage(),
                    target.cluster(),
                    topic.name());
        }
    }

    private void created(Missing topic) {
        if (onlyAsk) {
            return;
        }
        LOG.info(
                "Topic created cluster={} topic={} partitions={} replicas={} settings={}",
                target.cluster(),
                topic.name(),
                topic.partitions(),
                topic.replicas() == -1 ? "default" : topic.replicas(),
                topic.settings().values());
        topic.settings()
                .notes()
                .forEach(note -> LOG.warn("{} cluster={} topic={}", note, target.cluster(), topic.name()));
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
