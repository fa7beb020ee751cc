package io.replicator.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster's answers about several things, such as topics or partitions. A failure of one does not affect the others.
 *
 * @param found the answers
 * @param failed why there is no answer; a thing that the cluster does not know is in neither map where a method says so
 */
public record Answers<K, T>(Map<K, T> found, Map<K, UnavailableException> failed) {
    public Answers {
        found = Map.copyOf(found);
        failed = Map.copyOf(failed);
    }

    public static <K, T> Answers<K, T> none() {
        return new Answers<>(Map.of(), Map.of());
    }

    /** Whether the cluster does not know this one. */
    public boolean isUnknown(K key) {
        return !found.containsKey(key) && !failed.containsKey(key);
    }

    /**
     * The answer.
     *
     * @throws UnavailableException when this one failed
     */
    public Optional<T> of(K key) {
        UnavailableException failure = failed.get(key);
        if (failure != null) {
            throw failure;
        }
        return Optional.ofNullable(found.get(key));
    }

    /** Why there is no answer, for a person. */
    public Optional<String> whyNot(K key) {
        return Optional.ofNullable(failed.get(key)).map(UnavailableException::getMessage);
    }

    /** Both together; where both have an answer, the other's counts. */
    public Answers<K, T> and(Answers<K, T> other) {
        Map<K, T> allFound = new HashMap<>(found);
        allFound.putAll(other.found);
        Map<K, UnavailableException> allFailed = new HashMap<>(failed);
        allFailed.putAll(other.failed);
        return new Answers<>(allFound, allFailed);
    }
}
