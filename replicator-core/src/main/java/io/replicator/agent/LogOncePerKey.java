package io.replicator.agent;

import java.util.List;
import java.util.Map;

/**
 * Conditions of many keys, such as topics, that are all observed again at regular intervals: a {@link LogOnce} for each.
 * One thread.
 *
 * @param <K> what each condition belongs to
 */
public final class LogOncePerKey<K extends Comparable<? super K>> {
    private Map<K, String> known = Map.of();

    /**
     * What has changed since the last observation.
     *
     * @param news keys whose condition is new or has another text, in their order
     * @param ended keys whose condition no longer holds, in their order
     */
    public record Changes<K>(List<K> news, List<K> ended) {
        public Changes {
            news = List.copyOf(news);
            ended = List.copyOf(ended);
        }
    }

    /**
     * Replaces the last observation. A condition that ended and holds again is news again.
     *
     * @param now the text of each condition that holds
     * @return what is to be logged
     */
    public Changes<K> observe(Map<K, String> now) {
        List<K> news = now.keySet().stream()
                .filter(key -> !now.get(key).equals(known.get(key)))
                .sorted()
                .toList();
        List<K> ended = known.keySet().stream()
                .filter(key -> !now.containsKey(key))
                .sorted()
                .toList();
        known = Map.copyOf(now);
        return new Changes<>(news, ended);
    }
}
