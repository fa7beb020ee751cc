package io.replicator.naming;

import io.replicator.config.FlowConfig;
import io.replicator.config.MirrorMakerConfig;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What MirrorMaker 2 calls its topics for a flow, the clusters' names being its aliases
 * ({@code org.apache.kafka.connect.mirror.DefaultReplicationPolicy}). Where copies are named
 * {@code {source}<separator>{topic}}, its separator is that one.
 *
 * <p>The source's own heartbeats are copied whatever the flow selects, and always under the source's name: from the name of
 * the copy, clients of MirrorMaker 2 learn over which clusters records come. Topics with copies of other clusters' heartbeats are
 * ordinary topics: any topic may have such a name.
 */
public final class MirrorMakerTopics {
    /** On both clusters, whatever they are called. */
    public static final String HEARTBEATS = "heartbeats";

    private static final String DOT = ".";
    private static final Pattern PREFIXED = Pattern.compile("\\{source}([a-zA-Z0-9._-]+)\\{topic}");

    private final String source;
    private final String target;
    private final MirrorMakerConfig config;
    private final String separator;

    public MirrorMakerTopics(FlowConfig flow) {
        this.source = flow.source().name();
        this.target = flow.target().name();
        this.config = flow.positions().mirrorMaker();
        Matcher prefixed = PREFIXED.matcher(flow.topics().rename());
        this.separator = prefixed.matches() ? prefixed.group(1) : DOT;
    }

    /** On the cluster where offset syncs are kept; named after the other one. */
    public String offsetSyncs() {
        String other = config.offsetSyncsAt() == MirrorMakerConfig.Side.SOURCE ? target : source;
        return String.join(separator, "mm2-offset-syncs", other, "internal");
    }

    /** On the target. */
    public String checkpoints() {
        return String.join(separator, source, "checkpoints", "internal");
    }

    /** On both clusters. */
    public String heartbeats() {
        return HEARTBEATS;
    }

    /** Where Kafka Connect keeps, on the target, how far MirrorMaker 2 has come with the source. */
    public String connectOffsets() {
        return "mm2-offsets." + source + ".internal";
    }

    /** Whether a topic of the source is its heartbeats, and the flow copies them. */
    public boolean isCopiedHeartbeats(String topic) {
        return config.heartbeats() && topic.equals(HEARTBEATS);
    }

    /** What the copy of heartbeats is called on the target. */
    public String copiedHeartbeats(String topic) {
        return source + separator + topic;
    }
}
