package io.replicator.topics;

import java.util.List;
import java.util.Map;

/** What was said of which topic, so that a refresh every few seconds says only what is new. One thread. */
final class Told {
    private Map<String, String> told = Map.of();

    /**
     * What is to be said.
     *
     * @param topics those of which nothing was said, or something else, ordered by name
     * @param over of how many nothing is to be said any more
     */
    record News(List<String> topics, long over) {}

    /** Takes note of what is true now, and tells what of it is news; what is true again after a while is news again. */
    News update(Map<String, String> now) {
        List<String> topics = now.keySet().stream()
                .filter(topic -> !now.get(topic).equals(told.get(topic)))
                .sorted()
                .toList();
        long over =
                told.keySet().stream().filter(topic -> !now.containsKey(topic)).count();
        told = Map.copyOf(now);
        return new News(topics, over);
    }
}
