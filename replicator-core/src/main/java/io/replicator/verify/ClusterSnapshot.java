package io.replicator.verify;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.LogBounds;
import io.replicator.cluster.Settings;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.Isolation;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** What a verification has to know about one cluster's topics, as they were when it started. */
final class ClusterSnapshot {
    private final String name;
    private final Map<String, TopicDescription> topics = new HashMap<>();
    private final Set<String> compactedTopics = new HashSet<>();
    private final Map<TopicPartition, LogBounds> logs = new HashMap<>();

    private ClusterSnapshot(String name) {
        this.name = name;
    }

    /**
     * Asks a cluster.
     *
     * @param isolation says where a log ends
     * @throws UnavailableException when it does not answer
     */
    static ClusterSnapshot of(
            Cluster cluster, Collection<TopicPartition> partitions, Isolation isolation, VerificationFindings findings)
            throws InterruptedException {
        ClusterSnapshot snapshot = new ClusterSnapshot(cluster.name());
        Set<String> names = new HashSet<>();
        partitions.forEach(partition -> names.add(partition.topic()));
        snapshot.topics.putAll(allOf(cluster.describeTopics(names, false)));
        snapshot.takePolicies(cluster.topicSettings(snapshot.topics.keySet()), findings);
        List<TopicPartition> existing =
                partitions.stream().filter(snapshot::has).toList();
        snapshot.logs.putAll(allOf(cluster.bounds(existing, isolation)));
        return snapshot;
    }

    private static <K, T> Map<K, T> allOf(Answers<K, T> answers) {
        for (UnavailableException failure : answers.failed().values()) {
            throw failure;
        }
        return answers.found();
    }

    private void takePolicies(Answers<String, Settings> answers, VerificationFindings findings) {
        answers.found().forEach((topic, settings) -> {
            if (settings.text("cleanup.policy", "").contains("compact")) {
                compactedTopics.add(topic);
            }
        });
        answers.failed().forEach((topic, failure) -> {
            if (failure.reason() != UnavailableException.Reason.DENIED) {
                throw failure;
            }
            findings.note(topic + ": this user may not see its settings on " + name
                    + "; if it is compacted, records that compaction removed show as differences");
        });
    }

    String name() {
        return name;
    }

    boolean has(TopicPartition partition) {
        TopicDescription topic = topics.get(partition.topic());
        return topic != null && partition.partition() < topic.partitions().size();
    }

    /** The topic as it is now; empty when it does not exist. */
    Optional<TopicDescription> topic(String topic) {
        return Optional.ofNullable(topics.get(topic));
    }

    boolean isCompacted(TopicPartition partition) {
        return compactedTopics.contains(partition.topic());
    }

    long logStart(TopicPartition partition) {
        return logs.get(partition).start();
    }

    /** Where a log ends for a reader: at the last stable offset, or the high watermark. */
    long logEnd(TopicPartition partition) {
        return logs.get(partition).end();
    }
}
