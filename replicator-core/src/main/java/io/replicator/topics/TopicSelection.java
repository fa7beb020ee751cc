package io.replicator.topics;

import io.replicator.config.TopicsConfig;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** Which topics a flow copies: those that {@code select} matches whole and {@code exclude} does not. */
public final class TopicSelection {
    private static final Pattern LITERAL = Pattern.compile("(?:[a-zA-Z0-9_-]|\\\\?\\.|\\[\\.])+");

    private final List<Pattern> select;
    private final List<Pattern> exclude;

    public TopicSelection(TopicsConfig topics) {
        this.select = topics.select();
        this.exclude = topics.exclude();
    }

    public boolean isSelected(String topic) {
        return !isOwn(topic) && matches(select, topic) && !matches(exclude, topic);
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
