package io.replicator.topics;

import java.util.List;

/**
 * What one refresh found. A topic stands in both lists when some of its partitions can be copied.
 *
 * @param topics what can be copied, ordered by name
 * @param problems what is selected but cannot be, ordered by name
 * @param unmatchedSelects the entries of {@code select} that match no topic of the source
 * @param isPassing whether a problem is one that ends by itself within seconds: worth another look soon
 */
public record TopicsPlan(
        List<CopiedTopic> topics, List<TopicProblem> problems, List<String> unmatchedSelects, boolean isPassing) {
    public TopicsPlan {
        topics = List.copyOf(topics);
        problems = List.copyOf(problems);
        unmatchedSelects = List.copyOf(unmatchedSelects);
    }
}
