package io.replicator.topics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;

/**
 * Knows the settings of topics and their copies. New topics are asked for at once, the others in turn, so many at each
 * refresh, so that a change by an operator is seen without asking for thousands of topics every few seconds.
 */
final class CopySettingsReader {
    private static final int READ_AGAIN_PER_REFRESH = 200;

    private static final Config NOTHING = new Config(List.of());

    private final ClusterTopics source;
    private final ClusterTopics target;

    /** By source topic, longest unread first. */
    private final LinkedHashMap<String, CopySettings> known = new LinkedHashMap<>();

    CopySettingsReader(ClusterTopics source, ClusterTopics target) {
        this.source = source;
        this.target = target;
    }

    /**
     * Reads what is due. What a source does not tell is not compared.
     *
     * @param pairs names on the target by source topic, all of which exist
     * @return by source topic; topics whose copy's settings cannot be read are left out
     */
    Map<String, CopySettings> read(Map<String, String> pairs) throws InterruptedException {
        known.keySet().retainAll(pairs.keySet());
        List<String> asked = new ArrayList<>();
        known.keySet().stream().limit(READ_AGAIN_PER_REFRESH).forEach(asked::add);
        pairs.keySet().stream().filter(topic -> !known.containsKey(topic)).forEach(asked::add);
        Map<String, Config> sources = source.settings(asked).found();
        Map<String, Config> targets =
                target.settings(asked.stream().map(pairs::get).toList()).found();
        for (String topic : asked) {
            known.remove(topic);
            Config copy = targets.get(pairs.get(topic));
            if (copy != null) {
                known.put(topic, CopySettings.of(sources.getOrDefault(topic, NOTHING), copy));
            }
        }
        return known;
    }
}
