package io.replicator.flow;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.UnavailableException;
import io.replicator.flow.OtherClaims.Aliveness;
import io.replicator.offsets.OtherFlows;
import io.replicator.offsets.TopicClaim;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Reads what other flows say of topics of the target, and whether they run. Used in calls of the clusters' queue. */
final class ClaimReader implements AutoCloseable {
    private final Cluster target;
    private final OtherFlows others;

    ClaimReader(Cluster target, OtherFlows others) {
        this.target = target;
        this.others = others;
    }

    /** One look at some topics. */
    OtherClaims read(Collection<String> targetTopics) throws InterruptedException {
        others.read(target.topicNames());
        Map<String, Map<String, TopicClaim>> byTopic = new HashMap<>();
        Map<String, Aliveness> aliveness = new HashMap<>();
        for (String topic : targetTopics) {
            Map<String, TopicClaim> claims = others.claimsOn(topic);
            byTopic.put(topic, claims);
            for (Map.Entry<String, TopicClaim> claim : claims.entrySet()) {
                if (claim.getValue().state() != TopicClaim.State.LEFT && !aliveness.containsKey(claim.getKey())) {
                    aliveness.put(claim.getKey(), ask(claim.getKey()));
                }
            }
        }
        return new OtherClaims(byTopic, aliveness);
    }

    private Aliveness ask(String flow) throws InterruptedException {
        try {
            return target.members(group(flow)) == 0 ? Aliveness.STOPPED : Aliveness.ALIVE;
        } catch (UnavailableException failure) {
            return Aliveness.UNKNOWN;
        }
    }

    /** The consumer group of a flow's instances. */
    static String group(String flow) {
        return "replicator-" + flow;
    }

    @Override
    public void close() {
        others.close();
    }
}
