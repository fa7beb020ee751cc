package io.replicator.naming;

import io.replicator.NearestName;
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
    private final String source;

    public TopicSelection(FlowConfig flow) {
        this.select = flow.topics().select();
        this.exclude = flow.topics().exclude();
        this.mirrorMaker = new MirrorMakerTopics(flow);
        this.source = flow.source().name();
    }

    public boolean isSelected(String topic) {
        return mirrorMaker.isCopiedHeartbeats(topic)
                || (!isOwn(topic) && matches(select, topic) && !matches(exclude, topic));
    }

    /** Whether a topic is only copied for clients of MirrorMaker 2: nobody has selected it. */
    public boolean isHeartbeats(String topic) {
        return mirrorMaker.isCopiedHeartbeats(topic);
    }

    /** The topics that are selected by their name rather than by a pattern. */
    public List<String> literals() {
        return select.stream()
                .map(Pattern::pattern)
                .filter(pattern -> LITERAL.matcher(pattern).matches())
                .map(TopicSelection::unescaped)
                .filter(this::isSelected)
                .distinct()
                .toList();
    }

    /** The entries of {@code select} that match none of these topics, or only excluded ones. */
    public List<String> unmatched(Collection<String> topics) {
        List<String> selected = topics.stream().filter(this::isSelected).toList();
        return select.stream()
                .filter(entry -> selected.stream()
                        .noneMatch(topic -> entry.matcher(topic).matches()))
                .map(Pattern::pattern)
                .toList();
    }

    /** A sentence about an entry of {@code select} that matches none of the source's topics. */
    public String unmatchedWords(String entry, Collection<String> names) {
        String withoutPattern = entry.replaceAll("[^a-zA-Z0-9._-]", "");
        return "topics.select \"" + entry + "\" matches no topic of " + source + " that is not excluded"
                + NearestName.hint(withoutPattern, names) + "; topics that appear later are found by themselves";
    }

    /**
     * Whether a topic holds the progress or the ownership of a flow. No flow may copy one, whatever it selects: on another
     * cluster the flow of that name would take it for its progress.
     */
    public static boolean isOwn(String topic) {
        return topic.startsWith("replicator.") && topic.endsWith(".internal");
    }

    private static boolean matches(List<Pattern> patterns, String topic) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(topic).matches());
    }

    private static String unescaped(String literal) {
        return literal.replace("[.]", ".").replace("\\.", ".");
    }
}
