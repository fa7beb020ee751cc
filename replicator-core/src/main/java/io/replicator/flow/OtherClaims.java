package io.replicator.flow;

import io.replicator.offsets.TopicClaim;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What other flows said of some topics of the target, and whether they run, at one look. Immutable.
 *
 * @param byTopic by topic of the target, each flow's claim
 * @param aliveness of every flow that claims one of them
 */
record OtherClaims(Map<String, Map<String, TopicClaim>> byTopic, Map<String, Aliveness> aliveness) {
    static final OtherClaims NONE = new OtherClaims(Map.of(), Map.of());

    /** Whether somebody runs a flow. */
    enum Aliveness {
        ALIVE,
        STOPPED,
        UNKNOWN
    }

    OtherClaims {
        Map<String, Map<String, TopicClaim>> copy = new HashMap<>();
        byTopic.forEach((topic, claims) -> copy.put(topic, Map.copyOf(claims)));
        byTopic = Map.copyOf(copy);
        aliveness = Map.copyOf(aliveness);
    }

    /** Claims that other flows have on a topic and have not given up, by flow. */
    Map<String, TopicClaim> on(String targetTopic) {
        Map<String, TopicClaim> claims = new TreeMap<>(byTopic.getOrDefault(targetTopic, Map.of()));
        claims.values().removeIf(claim -> claim.state() == TopicClaim.State.LEFT);
        return claims;
    }

    /** The same, of flows that run. */
    Map<String, TopicClaim> running(String targetTopic) {
        Map<String, TopicClaim> claims = on(targetTopic);
        claims.keySet().removeIf(flow -> of(flow) != Aliveness.ALIVE);
        return claims;
    }

    Aliveness of(String flow) {
        return aliveness.getOrDefault(flow, Aliveness.UNKNOWN);
    }

    /** The highest turn of a claim on a topic, given up or not. */
    long maxTurn(String targetTopic) {
        return byTopic.getOrDefault(targetTopic, Map.of()).values().stream()
                .mapToLong(TopicClaim::turn)
                .max()
                .orElse(0);
    }
}
