package io.replicator.naming;

import io.replicator.config.FlowConfig;
import java.util.regex.Pattern;

/**
 * What a source topic is called on the target. Two topics hardly ever get the same name: the text around {@code {topic}} is
 * the same for all of them but heartbeats.
 */
public final class TopicNaming {
    private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    private final String rename;
    private final String sourceName;
    private final MirrorMakerTopics mirrorMaker;

    public TopicNaming(FlowConfig flow) {
        this.rename = flow.topics().rename();
        this.sourceName = flow.source().name();
        this.mirrorMaker = new MirrorMakerTopics(flow);
    }

    /**
     * Names a topic's copy.
     *
     * @throws IllegalArgumentException when Kafka would not take the name
     */
    public String targetOf(String sourceTopic) {
        String name = mirrorMaker.isCopiedHeartbeats(sourceTopic)
                ? mirrorMaker.copiedHeartbeats(sourceTopic)
                : rename.replace("{source}", sourceName).replace("{topic}", sourceTopic);
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
