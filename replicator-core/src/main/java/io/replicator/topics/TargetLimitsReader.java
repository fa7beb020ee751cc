package io.replicator.topics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Knows the limits of target topics. New topics are asked for at once, the others in turn, so many at each refresh, so
 * that a change by an operator is seen without asking for thousands of topics every few seconds.
 */
final class TargetLimitsReader {
    private static final int READ_AGAIN_PER_REFRESH = 200;

    private final ClusterTopics target;

    /** Longest unread first. */
    private final LinkedHashMap<String, TargetLimits> known = new LinkedHashMap<>();

    TargetLimitsReader(ClusterTopics target) {
        this.target = target;
    }

    Map<String, TargetLimits> read(Collection<String> topics) throws InterruptedException {
        known.keySet().retainAll(topics);
        List<String> asked = new ArrayList<>();
        known.keySet().stream().limit(READ_AGAIN_PER_REFRESH).forEach(asked::add);
        topics.stream().filter(topic -> !known.containsKey(topic)).forEach(asked::add);
        var answers = target.settings(asked);
        for (String topic : asked) {
            known.remove(topic);
            if (answers.found().containsKey(topic)) {
                known.put(topic, TargetLimits.of(answers.found().get(topic)));
            }
        }
        return known;
    }
}
