package io.replicator.topics;

import io.replicator.config.FlowConfig;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which topics a flow copies: those that {@code select} matches whole and {@code exclude} does not, and the source's heartbeats.
 */
public final class TopicSelection {
    private static final Pattern LITERAL = Pattern.compile("(?:[a-zA-Z0-9_-]|\\\\?\\.|\\[\\.])+");

    private final List<Pattern> select;
    private final List<Pattern> exclude;
    private final MirrorMakerTopics mirrorMaker;

    public TopicSelection(FlowConfig flow) {
        this.select = flow.topics().select();
        this.exclude = flow.topics().exclude();
        this.mirrorMaker = new MirrorMakerTopics(flow);
    }

    public boolean isSelected(String topic) {
        return mirrorMaker.isCopiedHeartbeats(topic)
                || (!isOwn(topic) && matches(select, topic) && !matches(exclude, topic));
    }

    /** Whether a topic is only copied for MirrorMaker 2's friends: nobody has asked for it by name. */
    boolean isHeartbeats(String topic) {
        return mirrorMaker.isCopiedHeartbeats(topic);
    }

    /** The topics that are selected by their name rather than by a pattern. */
    List<String> literals() {
        return select.stream()
                .map(Pattern::pattern)
                .filter(pattern -> LITERAL.matcher(pattern).matches())
                .map(TopicSelection::unescaped)
                .filter(this::isSelected)
                .distinct()
                .toList();
    }

    /** The entries of {@code select} that match none of these topics, or only excluded ones. */
    List<String> unmatched(Collection<String> topics) {
        List<String> selected = topics.stream().filter(this::isSelected).toList();
        return select.stream()
                .filter(entry -> selected.stream()
                        .noneMatch(topic -> entry.matcher(topic).matches()))
                .map(Pattern::pattern)
                .toList();
    }

    /**
     * Whether a topic holds the progress or the ownership of a flow. No flow may copy one, whatever it selects: on
     * another cluster it would be taken for the progress of the flow of that name.
     */
    static boolean isOwn(String topic) {
        return topic.startsWith("replicator.") && topic.endsWith(".internal");
    }

    private static boolean matches(List<Pattern> patterns, String topic) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(topic).matches());
    }

    private static String unescaped(String literal) {
        return literal.replace("[.]", ".").replace("\\.", ".");
    }
}
