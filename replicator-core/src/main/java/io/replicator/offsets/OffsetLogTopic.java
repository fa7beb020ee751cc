package io.replicator.offsets;

import io.replicator.config.FlowConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic of the offset log: compacted, or saved progress would expire with the partitions that are quiet; of one
 * partition, so that its order is the order of writing.
 */
final class OffsetLogTopic {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetLogTopic.class);

    /** The active segment is never compacted: small ones keep a load short. */
    private static final int SEGMENT_BYTES = 16 << 20;

    private static final short MAX_REPLICAS = 3;

    private static final Map<String, String> SETTINGS = Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.SEGMENT_BYTES_CONFIG,
            Integer.toString(SEGMENT_BYTES),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.1",
            TopicConfig.COMPRESSION_TYPE_CONFIG,
            "producer");

    private final FlowConfig flow;
    private final String topic;
    private final Duration timeout;

    OffsetLogTopic(FlowConfig flow, Duration timeout) {
        this.flow = flow;
        this.topic = flow.offsetsTopic();
        this.timeout = timeout;
    }

    /** Makes sure that the topic is there and keeps what is written to it. */
    void ensure(Admin admin) throws InterruptedException {
        if (find(admin).isPresent()) {
            checkPolicy(admin);
        } else {
            create(admin);
        }
    }

    /** Whether the flow has run: the topic that its instances share is made after this one. */
    boolean hasRun(Admin admin) throws InterruptedException {
        try {
            await(admin.describeTopics(List.of(flow.ownershipTopic())).allTopicNames());
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw OffsetLog.failed(
                    flow.ownershipTopic() + " on " + flow.target().name() + " cannot be described", e.getCause());
        }
    }

    /** The topic's id, zero where brokers have none; nothing when there is no such topic. */
    Optional<Uuid> find(Admin admin) throws InterruptedException {
        try {
            TopicDescription found =
                    await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
            int partitions = found.partitions().size();
            if (partitions != 1) {
                throw OffsetLogException.refused(named() + " has " + partitions
                        + " partitions, progress needs a topic of 1; delete it if nothing depends on it");
            }
            return Optional.of(found.topicId());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw failed("cannot be described", e.getCause());
        }
    }

    private void create(Admin admin) throws InterruptedException {
        try {
            create(admin, Optional.empty());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnsupportedVersionException)
                    && !(e.getCause() instanceof InvalidReplicationFactorException)) {
                throw cannotCreate(e.getCause());
            }
            createAsBrokersAllow(admin);
        }
    }

    /** For brokers that know no default of their own (before 2.4), or have fewer brokers than their default asks for. */
    private void createAsBrokersAllow(Admin admin) throws InterruptedException {
        try {
            Collection<?> brokers = await(admin.describeCluster().nodes());
            create(admin, Optional.of((short) Math.min(MAX_REPLICAS, brokers.size())));
        } catch (ExecutionException e) {
            throw cannotCreate(e.getCause());
        }
    }

    private void create(Admin admin, Optional<Short> replicas) throws InterruptedException, ExecutionException {
        NewTopic wanted = new NewTopic(topic, Optional.of(1), replicas).configs(SETTINGS);
        try {
            await(admin.createTopics(List.of(wanted)).all());
            LOG.info("created the topic of the offset log flow={} topic={}", flow.name(), topic);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) { // Another instance was quicker.
                throw e;
            }
        }
    }

    private OffsetLogException cannotCreate(Throwable cause) {
        return failed(
                "cannot be created; grant Create on it, or create it with 1 partition and cleanup.policy=compact",
                cause);
    }

    private void checkPolicy(Admin admin) throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            String policy = await(admin.describeConfigs(List.of(resource)).all())
                    .get(resource)
                    .get(TopicConfig.CLEANUP_POLICY_CONFIG)
                    .value();
            if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
                throw OffsetLogException.refused(named() + " has cleanup.policy=" + policy
                        + ", so saved progress would be lost; set it to compact");
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw failed("cannot be described", e.getCause());
            }
            LOG.warn(
                    "may not see whether the offset log is compacted; grant DescribeConfigs on it flow={} topic={}",
                    flow.name(),
                    topic);
        }
    }

    private <T> T await(KafkaFuture<T> future) throws InterruptedException, ExecutionException {
        try {
            return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new OffsetLogException(named() + ": no answer within " + timeout, e, true);
        }
    }

    private OffsetLogException failed(String what, Throwable cause) {
        return OffsetLog.failed(named() + " " + what, cause);
    }

    private String named() {
        return OffsetLog.named(flow);
    }
}
