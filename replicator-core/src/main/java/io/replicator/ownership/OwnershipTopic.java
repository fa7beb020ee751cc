package io.replicator.ownership;

import io.replicator.config.FlowConfig;
import io.replicator.topics.ClusterAdmin;
import io.replicator.topics.RefusedException;
import io.replicator.topics.UnavailableException;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic whose partitions stand for partition groups. It holds nothing, so it can be made anew at any time; how many
 * partitions it has must never change, for a partition's group depends on it.
 */
public final class OwnershipTopic {
    private static final Logger LOG = LoggerFactory.getLogger(OwnershipTopic.class);
    private static final int MOST_REPLICAS = 3;

    private final FlowConfig flow;
    private final ClusterAdmin target;
    private final String topic;

    /**
     * @param target the flow's target; the caller closes it
     */
    public OwnershipTopic(FlowConfig flow, ClusterAdmin target) {
        this.flow = flow;
        this.target = target;
        this.topic = flow.ownershipTopic();
    }

    /**
     * Creates the topic, or checks that the one there has a partition for each partition group.
     *
     * @throws UnavailableException when the target does not answer, or does not allow it
     * @throws RefusedException when the topic has another number of partitions
     */
    public void ensure() throws InterruptedException {
        Optional<Integer> partitions = partitions();
        if (partitions.isEmpty()) {
            create();
        } else if (partitions.get() != flow.partitionGroups()) {
            throw new RefusedException("topic " + topic + " on " + target.cluster() + " has " + partitions.get()
                    + " partitions, but flow " + flow.name() + " has partition-groups = " + flow.partitionGroups()
                    + ". If partition-groups was changed, put it back: the number cannot change once the flow has run. If"
                    + " it was not, somebody changed the topic: delete it, it holds nothing and is made anew");
        }
    }

    private Optional<Integer> partitions() throws InterruptedException {
        var answer = target.admin().describeTopics(List.of(topic)).topicNameValues();
        try {
            TopicDescription found = target.await(answer.get(topic), "DESCRIBE", "topic " + topic);
            return Optional.of(found.partitions().size());
        } catch (UnavailableException failure) {
            if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private void create() throws InterruptedException {
        try {
            create(Optional.empty());
        } catch (UnavailableException failure) {
            boolean hasNoDefault = failure.getCause() instanceof UnsupportedVersionException
                    || failure.getCause() instanceof InvalidReplicationFactorException;
            if (!hasNoDefault) {
                throw failure;
            }
            int brokers = target.await(target.admin().describeCluster().nodes(), "DESCRIBE", "the cluster")
                    .size();
            create(Optional.of((short) Math.min(MOST_REPLICAS, brokers)));
        }
    }

    private void create(Optional<Short> replicas) throws InterruptedException {
        NewTopic wanted = new NewTopic(topic, Optional.of(flow.partitionGroups()), replicas);
        try {
            target.await(target.admin().createTopics(List.of(wanted)).all(), "CREATE", "topic " + topic);
            LOG.info(
                    "created the topic that instances share flow={} topic={} partitions={}",
                    flow.name(),
                    topic,
                    flow.partitionGroups());
        } catch (UnavailableException failure) {
            if (!(failure.getCause() instanceof TopicExistsException)) { // Another instance was quicker.
                throw failure;
            }
        }
    }
}
