package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** The topics of one cluster, read in batches. */
final class ClusterTopics {
    private static final int TOPICS_PER_REQUEST = 1_000;

    /** Two seconds in all. */
    private static final int VISIBLE_TURNS = 40;

    /** Half a second: those that are visible do not wait longer for those that are not. */
    private static final int STRAGGLER_TURNS = 10;

    private static final long VISIBLE_PAUSE_MILLIS = 50;

    private final ClusterAdmin cluster;

    ClusterTopics(ClusterAdmin cluster) {
        this.cluster = cluster;
    }

    /** Every topic we may see, but those that Kafka keeps for itself: brokers take no records for those. */
    Set<String> names() throws InterruptedException {
        return new TreeSet<>(cluster.await(cluster.admin().listTopics().names(), "DESCRIBE", "the topics"));
    }

    Answers<TopicDescription> describe(Collection<String> topics, boolean withRights) throws InterruptedException {
        var options = new DescribeTopicsOptions().includeAuthorizedOperations(withRights);
        var answers = new Answers<TopicDescription>();
        for (var part : Answers.parts(topics, TOPICS_PER_REQUEST)) {
            answers.await(cluster, cluster.admin().describeTopics(part, options).topicNameValues(), "DESCRIBE");
        }
        return answers;
    }

    /**
     * Describes topics that were created a moment ago. Brokers learn of them within milliseconds; one that stays unknown
     * for longer is left out.
     */
    Map<String, TopicDescription> describeOnceVisible(Collection<String> topics) throws InterruptedException {
        Map<String, TopicDescription> found = new HashMap<>();
        Set<String> waiting = new TreeSet<>(topics);
        for (int turn = 0; turn < (found.isEmpty() ? VISIBLE_TURNS : STRAGGLER_TURNS) && !waiting.isEmpty(); turn++) {
            if (turn > 0) {
                TimeUnit.MILLISECONDS.sleep(VISIBLE_PAUSE_MILLIS);
            }
            found.putAll(describe(waiting, false).found());
            waiting.removeAll(found.keySet());
        }
        return found;
    }

    /** Brokers too old to be asked count as having no settings of interest. */
    Answers<Config> settings(Collection<String> topics) throws InterruptedException {
        var answers = new Answers<Config>();
        for (var part : Answers.parts(topics, TOPICS_PER_REQUEST)) {
            answers.await(cluster, askSettings(part), "DESCRIBE_CONFIGS");
        }
        answers.failed()
                .entrySet()
                .removeIf(failure -> failure.getValue().getCause() instanceof UnsupportedVersionException);
        return answers;
    }

    private Map<String, KafkaFuture<Config>> askSettings(Collection<String> topics) {
        var resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        return cluster.admin().describeConfigs(resources).values().entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
    }
}
