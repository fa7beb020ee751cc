package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What a cluster said about several topics. A topic it does not know stands in neither map.
 *
 * @param found by topic
 * @param failed why not, by topic
 */
record Answers<T>(Map<String, T> found, Map<String, UnavailableException> failed) {
    Answers() {
        this(new HashMap<>(), new HashMap<>());
    }

    /**
     * Waits for every answer.
     *
     * @throws UnavailableException when the cluster as a whole cannot answer
     */
    void await(ClusterAdmin cluster, Map<String, KafkaFuture<T>> asked, String operation) throws InterruptedException {
        for (var question : asked.entrySet()) {
            try {
                found.put(
                        question.getKey(), cluster.await(question.getValue(), operation, "topic " + question.getKey()));
            } catch (UnavailableException failure) {
                keep(question.getKey(), failure);
            }
        }
    }

    boolean isUnknown(String topic) {
        return !found.containsKey(topic) && !failed.containsKey(topic);
    }

    private void keep(String topic, UnavailableException failure) {
        if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
            return;
        }
        switch (failure.reason()) {
            case UNREACHABLE, NOT_AUTHENTICATED -> throw failure;
            case DENIED, REFUSED -> failed.put(topic, failure);
        }
    }

    /** A collection's parts of at most so many, so that no request grows without a limit. */
    static <E> Iterable<Collection<E>> parts(Collection<E> whole, int most) {
        var list = new ArrayList<>(whole);
        var parts = new ArrayList<Collection<E>>();
        for (int start = 0; start < list.size(); start += most) {
            parts.add(list.subList(start, Math.min(list.size(), start + most)));
        }
        return parts;
    }
}
