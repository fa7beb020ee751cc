package io.replicator.topics;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Knows the settings of topics and their copies. Each call reads those of new topics, and those of some others in turn, so
 * that a change by an operator is seen without reading thousands of topics every few seconds.
 */
final class CopySettingsReader {
    private static final int READ_AGAIN_PER_REFRESH = 200;

    private final Cluster source;
    private final Cluster target;

    /** By source topic, longest unread first. */
    private final LinkedHashMap<String, CopySettings> known = new LinkedHashMap<>();

    CopySettingsReader(Cluster source, Cluster target) {
        this.source = source;
        this.target = target;
    }

    /**
     * Reads what is due. What a source does not show is not compared.
     *
     * @param pairs names on the target by source topic, all of which exist
     * @return by source topic; topics whose copy's settings cannot be read are left out
     */
    Map<String, CopySettings> read(Map<String, String> pairs) throws InterruptedException {
        known.keySet().retainAll(pairs.keySet());
        List<String> asked = new ArrayList<>();
        known.keySet().stream().limit(READ_AGAIN_PER_REFRESH).forEach(asked::add);
        pairs.keySet().stream().filter(topic -> !known.containsKey(topic)).forEach(asked::add);
        Map<String, Settings> sources = source.topicSettings(asked).found();
        Map<String, Settings> targets =
                target.topicSettings(asked.stream().map(pairs::get).toList()).found();
        for (String topic : asked) {
            known.remove(topic);
            Settings copy = targets.get(pairs.get(topic));
            if (copy != null) {
                known.put(topic, CopySettings.of(sources.getOrDefault(topic, Settings.NONE), copy));
            }
        }
        return known;
    }
}
