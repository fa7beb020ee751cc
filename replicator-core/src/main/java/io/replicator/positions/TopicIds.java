package io.replicator.positions;

import io.replicator.topics.ClusterAdmin;
import io.replicator.topics.UnavailableException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicIdException;

/**
 * Tells topics that were deleted, and perhaps created anew under the same name: what is known of their offsets holds no
 * more.
 */
final class TopicIds {
    /** Topics of one question. */
    private static final int BATCH = 500;

    private TopicIds() {}

    /** Which of these incarnations of topics are no more. Ids of clusters that have none are taken for granted. */
    static Set<Uuid> gone(ClusterAdmin cluster, Collection<Uuid> ids) throws InterruptedException {
        Set<Uuid> gone = new HashSet<>();
        Set<Uuid> asked = new HashSet<>();
        for (Uuid id : ids) {
            if (!id.equals(Uuid.ZERO_UUID) && asked.add(id) && asked.size() == BATCH) {
                ask(cluster, asked, gone);
                asked.clear();
            }
        }
        ask(cluster, asked, gone);
        return gone;
    }

    private static void ask(ClusterAdmin cluster, Set<Uuid> ids, Set<Uuid> gone) throws InterruptedException {
        if (ids.isEmpty()) {
            return;
        }
        Map<Uuid, KafkaFuture<TopicDescription>> answers = new HashMap<>(
                cluster.admin().describeTopics(TopicCollection.ofTopicIds(ids)).topicIdValues());
        for (Map.Entry<Uuid, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
            try {
                cluster.await(answer.getValue(), "DESCRIBE", "topic id " + answer.getKey());
            } catch (UnavailableException failure) {
                if (failure.getCause() instanceof UnknownTopicIdException) {
                    gone.add(answer.getKey());
                } else {
                    throw failure;
                }
            }
        }
    }
}
