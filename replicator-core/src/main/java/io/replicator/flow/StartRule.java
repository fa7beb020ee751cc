package io.replicator.flow;

import io.replicator.offsets.SavedState;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicProblem;
import io.replicator.topics.TopicsPlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Which partitions without saved progress begin where the configuration says. Those that were there when the flow began
 * do; what appeared since is copied whole, or the records written before somebody saw it were lost.
 *
 * <p>Instances that begin a new flow together see each other's first progress: so a topic that was begun does not tell
 * yet that a partition of it is new, its shard must have been begun as well.
 */
final class StartRule {
    private final Set<String> begunTopics;
    private final Set<Integer> begunShards;
    private final Map<String, Integer> firstPartitions = new HashMap<>();

    /** Topics that had a problem in the first plan, and in all that came after it. */
    private final Set<String> firstProblems = new HashSet<>();

    private boolean hasFirstPlan;

    /**
     * @param saved as it was when this instance started
     */
    StartRule(SavedState saved) {
        this.begunTopics =
                saved.partitions().keySet().stream().map(TopicPartition::topic).collect(Collectors.toSet());
        this.begunShards = Set.copyOf(saved.shards().keySet());
    }

    /**
     * Takes a plan of this instance. What is there in the first one was there when the flow began; of a topic that had a problem
     * then, the first plan without one counts.
     */
    void see(TopicsPlan plan) {
        Set<String> problems = plan.problems().stream().map(TopicProblem::topic).collect(Collectors.toSet());
        for (CopiedTopic topic : plan.topics()) {
            boolean isSolved = !problems.contains(topic.name()) && firstProblems.remove(topic.name());
            if (!hasFirstPlan || isSolved) {
                firstPartitions.put(topic.name(), topic.partitions());
            }
        }
        if (!hasFirstPlan) {
            hasFirstPlan = true;
            firstProblems.addAll(problems);
        }
    }

    /** Whether a partition begins where the configuration says, and not at its first record. */
    boolean isAsConfigured(TopicPartition partition, int shard) {
        String topic = partition.topic();
        boolean wasThere =
                firstProblems.contains(topic) || partition.partition() < firstPartitions.getOrDefault(topic, 0);
        boolean wasBegun = begunTopics.contains(topic) && begunShards.contains(shard);
        return wasThere && !wasBegun;
    }
}
