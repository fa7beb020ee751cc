package io.replicator.config;

import io.replicator.Require;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which topics a flow copies, what they are called on the target and where they begin.
 *
 * @param select a topic is copied when one of these matches its whole name
 * @param exclude unless one of these does
 * @param rename the target's name; {@code {topic}} and {@code {source}} stand for the topic and the source cluster
 * @param start where a partition begins for which no progress was saved
 * @param refreshInterval how often the source is asked for new topics and partitions
 * @param createEnabled whether a topic that is missing on the target is created there
 * @param replicationFactor of a created topic
 */
public record TopicsConfig(
        List<Pattern> select,
        List<Pattern> exclude,
        String rename,
        StartFrom start,
        Duration refreshInterval,
        boolean createEnabled,
        ReplicationFactor replicationFactor) {
    public TopicsConfig {
        select = List.copyOf(select);
        exclude = List.copyOf(exclude);
        Require.that(!select.isEmpty(), "topics.select", select, "must name at least one topic or pattern");
        Require.that(rename.contains("{topic}"), "topics.rename", rename, "must contain {topic}");
        Require.that(
                !refreshInterval.isNegative() && !refreshInterval.isZero(),
                "topics.refresh-interval",
                refreshInterval,
                "must be longer than zero");
    }
}
