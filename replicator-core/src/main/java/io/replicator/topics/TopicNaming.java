package io.replicator.topics;

import io.replicator.Require;
import java.util.regex.Pattern;

/**
 * What a source topic is called on the target. Two topics never get the same name: the text around {@code {topic}} is
 * the same for all of them.
 */
public final class TopicNaming {
    private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    private final String rename;
    private final String sourceName;

    /**
     * Takes the rule.
     *
     * @param rename text around {@code {topic}}, perhaps with {@code {source}}
     * @param sourceName what {@code {source}} stands for
     */
    public TopicNaming(String rename, String sourceName) {
        Require.that(rename.contains("{topic}"), "topics.rename", rename, "must contain {topic}");
        this.rename = rename;
        this.sourceName = sourceName;
    }

    /**
     * Names a topic's copy.
     *
     * @throws IllegalArgumentException when Kafka would not take the name
     */
    public String targetOf(String sourceTopic) {
        String name = rename.replace("{source}", sourceName).replace("{topic}", sourceTopic);
        if (!isLegal(name)) {
            throw new IllegalArgumentException("topics.rename: " + rename + " makes of " + sourceTopic + " the name '"
                    + name + "', which is no legal topic name (1 to 249 letters, digits, '.', '_' or '-')");
        }
        return name;
    }

    /** Whether Kafka takes a name (its {@code Topic.validate}). */
    static boolean isLegal(String name) {
        return LEGAL.matcher(name).matches() && !name.equals(".") && !name.equals("..");
    }
}
