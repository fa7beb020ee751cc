package io.replicator.positions;

import io.replicator.cluster.Answers;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.UnavailableException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * Finds out which topics were deleted, or deleted and recreated under the same name: the saved offsets no longer apply to
 * them. It asks by name: brokers before 3.1 cannot be asked by id, and all brokers answer a user who may not see a topic
 * that there is no such id.
 */
final class TopicIds {
    /** How many topics one request asks for. */
    private static final int BATCH = 500;

    private final Map<String, Set<Uuid>> asked = new TreeMap<>();

    /**
     * The topics that are not as they were.
     *
     * @param gone ids of topics that no longer exist
     * @param hidden why this user may not see a topic, by id
     */
    record Found(Set<Uuid> gone, Map<Uuid, String> hidden) {
        static final Found NOTHING = new Found(Set.of(), Map.of());

        private Found() {
            this(new HashSet<>(), new HashMap<>());
        }
    }

    /** Describes topics by name, as {@link io.replicator.cluster.Cluster#describeTopics} does. */
    @FunctionalInterface
    interface TopicLookup {
        Answers<String, TopicDescription> describe(Collection<String> topics) throws InterruptedException;
    }

    /** Adds a topic to ask for. One of a cluster that has no ids counts as still there. */
    void add(String topic, Uuid id) {
        if (!id.equals(Uuid.ZERO_UUID)) {
            asked.computeIfAbsent(topic, added -> new HashSet<>()).add(id);
        }
    }

    /**
     * Asks for all of them.
     *
     * @throws UnavailableException when the cluster does not answer
     */
    Found find(TopicLookup cluster) throws InterruptedException {
        Found found = new Found();
        List<String> topics = new ArrayList<>(asked.keySet());
        for (int from = 0; from < topics.size(); from += BATCH) {
            List<String> batch = topics.subList(from, Math.min(topics.size(), from + BATCH));
            Answers<String, TopicDescription> answers = cluster.describe(batch);
            batch.forEach(topic -> add(topic, answers, found));
        }
        return found;
    }

    private void add(String topic, Answers<String, TopicDescription> answers, Found found) {
        Set<Uuid> ids = asked.get(topic);
        UnavailableException failure = answers.failed().get(topic);
        if (failure != null) {
            if (failure.reason() != UnavailableException.Reason.DENIED) {
                throw failure;
            }
            ids.forEach(id -> found.hidden().put(id, failure.getMessage()));
            return;
        }
        Optional<Uuid> present = answers.of(topic).map(TopicDescription::id);
        for (Uuid id : ids) {
            boolean isThere = present.isPresent()
                    && (present.get().equals(Uuid.ZERO_UUID) || present.get().equals(id));
            if (!isThere) {
                found.gone().add(id);
            }
        }
    }
}
