package io.replicator.ownership;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic whose partitions stand for shards. It holds no records, so it can be recreated at any time. Its number of
 * partitions must never change, for it decides which shard a copied partition belongs to.
 */
public final class OwnershipTopic {
    private static final Logger LOG = LoggerFactory.getLogger(OwnershipTopic.class);

    private final FlowConfig flow;
    private final Cluster target;
    private final String topic;

    /**
     * @param target the flow's target; the caller closes it
     */
    public OwnershipTopic(FlowConfig flow, Cluster target) {
        this.flow = flow;
        this.target = target;
        this.topic = flow.ownershipTopic();
    }

    /**
     * Creates the topic, or checks that the one there has a partition for each shard.
     *
     * @throws UnavailableException when the target does not answer, or does not allow it
     * @throws RefusedException when the topic has another number of partitions
     */
    public void ensure() throws InterruptedException {
        Optional<Integer> partitions =
                target.topic(topic).map(found -> found.partitions().size());
        if (partitions.isEmpty()) {
            if (target.createTopic(topic, flow.shards(), Map.of())) {
                LOG.info(
                        "created the topic that instances share flow={} topic={} partitions={}",
                        flow.name(),
                        topic,
                        flow.shards());
            }
        } else if (partitions.get() != flow.shards()) {
            throw new RefusedException("topic " + topic + " on " + target.name() + " has " + partitions.get()
                    + " partitions, but flow " + flow.name() + " has shards = " + flow.shards()
                    + ". If shards was changed, put it back: the number cannot change once the flow has run. If"
                    + " it was not, somebody changed the topic: delete it: it holds no records, and is recreated");
        }
    }
}
