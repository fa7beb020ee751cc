package io.replicator.topics;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.Settings;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.ReplicationFactor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Determines how topics that are missing on the target are to be created there. It reads and changes nothing. */
public final class MissingTopics {
    private final FlowConfig flow;
    private final Cluster target;
    private final Cluster source;

    public MissingTopics(FlowConfig flow, Cluster target, Cluster source) {
        this.flow = flow;
        this.target = target;
        this.source = source;
    }

    /**
     * What to ask for.
     *
     * @param topics by source topic
     * @param problems source topics whose settings cannot be read: a copy with other settings could lose records
     * @param notices what the settings will do to the copies, by source topic: the target's brokers have defaults
     */
    public record Requests(
            Map<String, TopicCreation.Missing> topics,
            Map<String, UnavailableException> problems,
            Map<String, List<SettingsNotice>> notices) {}

    /**
     * Reads the source topics' settings.
     *
     * @param missing source topics
     * @param sources their descriptions
     * @param pairs their names on the target
     */
    public Requests requests(
            Collection<String> missing, Map<String, TopicDescription> sources, Map<String, String> pairs)
            throws InterruptedException {
        var defaults = TargetDefaults.read(target);
        var settings = source.topicSettings(missing);
        Map<String, TopicCreation.Missing> requests = new TreeMap<>();
        Map<String, List<SettingsNotice>> notices = new TreeMap<>();
        for (String topic : missing) {
            if (!settings.failed().containsKey(topic)) {
                Settings own = settings.found().getOrDefault(topic, Settings.NONE);
                var request = request(pairs.get(topic), sources.get(topic), own, defaults);
                requests.put(topic, request);
                Settings effective = defaults.effective(request.settings().values());
                notices.put(topic, SettingsCheck.compare(own, effective));
            }
        }
        return new Requests(requests, settings.failed(), notices);
    }

    private TopicCreation.Missing request(
            String name, TopicDescription source, Settings settings, TargetDefaults defaults) {
        int sourceReplicas = source.partitions().get(0).replicas().size();
        short replicas = defaults.replicasFor(flow.topics().replicationFactor(), sourceReplicas);
        var chosen = TopicSettings.forTarget(settings, defaults, defaults.replicasGiven(replicas));
        if (replicas != -1 && replicas < sourceReplicas && isAsSource()) {
            chosen = chosen.noting("replication factor is " + replicas + " instead of " + sourceReplicas
                    + ", for the target has no more brokers");
        }
        return new TopicCreation.Missing(name, source.partitions().size(), replicas, chosen);
    }

    private boolean isAsSource() {
        return flow.topics().replicationFactor() instanceof ReplicationFactor.AsSource;
    }
}
