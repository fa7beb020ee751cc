package io.replicator.positions;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Tells topics that were deleted, and perhaps created anew under the same name: what is known of their offsets holds no
 * more. It asks by name: brokers before 3.1 cannot be asked by id, and to one who may not see a topic all of them say that
 * there is no such id.
 */
final class TopicIds {
    /** Topics of one question. */
    private static final int BATCH = 500;

    private final Map<String, Set<Uuid>> asked = new TreeMap<>();

    /**
     * What became of incarnations of topics.
     *
     * @param gone those that are no more
     * @param hidden why nobody can tell, of those that this user may not see
     */
    record Found(Set<Uuid> gone, Map<Uuid, String> hidden) {
        static final Found NOTHING = new Found(Set.of(), Map.of());

        private Found() {
            this(new HashSet<>(), new HashMap<>());
        }
    }

    /** An incarnation to ask for. Those of clusters that have no ids are taken for granted. */
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
    Found find(ClusterAdmin cluster) throws InterruptedException {
        Found found = new Found();
        List<String> topics = new ArrayList<>(asked.keySet());
        for (int from = 0; from < topics.size(); from += BATCH) {
            Map<String, KafkaFuture<TopicDescription>> answers = cluster.admin()
                    .describeTopics(topics.subList(from, Math.min(topics.size(), from + BATCH)))
                    .topicNameValues();
            for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
                take(cluster, answer.getKey(), answer.getValue(), found);
            }
        }
        return found;
    }

    private void take(ClusterAdmin cluster, String topic, KafkaFuture<TopicDescription> answer, Found found)
            throws InterruptedException {
        Set<Uuid> ids = asked.get(topic);
        try {
            Uuid present = cluster.await(answer, "DESCRIBE", "topic " + topic).topicId();
            ids.stream()
                    .filter(id -> !present.equals(Uuid.ZERO_UUID) && !present.equals(id))
                    .forEach(found.gone()::add);
        } catch (UnavailableException failure) {
            if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
                found.gone().addAll(ids);
            } else if (failure.reason() == UnavailableException.Reason.DENIED) {
                ids.forEach(id -> found.hidden().put(id, failure.getMessage()));
            } else {
                throw failure;
            }
        }
    }
}
