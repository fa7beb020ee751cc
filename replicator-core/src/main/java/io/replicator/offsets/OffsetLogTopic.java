package io.replicator.offsets;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.SettingKeys;
import io.replicator.cluster.Settings;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guards the topic of the offset log: it is compacted, or saved progress would expire with the partitions that are quiet; it
 * has one partition, so that its order is the order of writing; and it stays the same topic while the flow runs.
 */
final class OffsetLogTopic {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetLogTopic.class);

    /** The active segment is never compacted: small ones keep a load short. */
    private static final int SEGMENT_BYTES = 16 << 20;

    private static final Map<String, String> SETTINGS = Map.of(
            SettingKeys.CLEANUP_POLICY,
            SettingKeys.COMPACT,
            SettingKeys.SEGMENT_BYTES,
            Integer.toString(SEGMENT_BYTES),
            SettingKeys.MIN_CLEANABLE_DIRTY_RATIO,
            "0.1",
            SettingKeys.COMPRESSION_TYPE,
            "producer");

    /** A broker that has just started may not know the topic yet. */
    private static final int MISSES_TO_BELIEVE = 3;

    private final FlowConfig flow;
    private final Cluster target;
    private final String topic;

    /** Of the topic as it was first seen, zero before that and where brokers have no topic ids. */
    private Uuid topicId = Uuid.ZERO_UUID;

    /** How often in a row the topic was missing. */
    private int missed;

    OffsetLogTopic(FlowConfig flow, Cluster target) {
        this.flow = flow;
        this.target = target;
        this.topic = flow.offsetsTopic();
    }

    /** As {@link OffsetLog#ensureTopic}. */
    void ensure() throws InterruptedException {
        boolean hasRun = hasRun();
        boolean isThere = find().isPresent();
        if (hasRun && !isThere) {
            missed++;
            throw missing(missed < MISSES_TO_BELIEVE);
        }
        missed = 0;
        if (isThere) {
            checkPolicy();
        } else {
            create();
        }
    }

    private OffsetLogException missing(boolean isTransient) {
        return new OffsetLogException(
                named() + ", which keeps the flow's progress, is missing, but " + flow.ownershipTopic()
                        + " shows that the flow has run: it would start where topics.start says, and copy again or skip"
                        + " what it has copied. Restore the topic. To start from the beginning on purpose delete "
                        + flow.ownershipTopic()
                        + " as well, or give the flow another name",
                null,
                isTransient);
    }

    /** As {@link OffsetLog#requireTopic}. */
    void require() throws InterruptedException {
        Optional<Uuid> found = find();
        missed = found.isPresent() ? 0 : missed + 1;
        if (missed >= MISSES_TO_BELIEVE) {
            throw deleted("");
        }
        Uuid now = found.orElse(topicId);
        if (!topicId.equals(Uuid.ZERO_UUID) && !topicId.equals(now)) {
            throw deleted(" and created again");
        }
        topicId = now;
    }

    /** As {@link OffsetLog#isSameTopic}. */
    boolean isSame() throws InterruptedException {
        boolean isKnown = !topicId.equals(Uuid.ZERO_UUID);
        return isKnown && find().equals(Optional.of(topicId));
    }

    private OffsetLogException deleted(String more) {
        return OffsetLogException.refused(named() + ", which keeps the flow's progress, was deleted" + more
                + " while the flow ran: it is no longer known what was copied. Restore the topic. To start from the"
                + " beginning on purpose, where topics.start says, delete " + flow.ownershipTopic()
                + " as well, or give the flow another name");
    }

    /** Whether the flow has run: the topic that its instances share is created after this one. */
    private boolean hasRun() throws InterruptedException {
        try {
            return target.topic(flow.ownershipTopic()).isPresent();
        } catch (UnavailableException failure) {
            throw OffsetLogException.of(
                    flow.ownershipTopic() + " on " + flow.target().name() + " cannot be described", failure);
        }
    }

    /** The topic's id, zero where brokers have none; empty when the topic does not exist. */
    private Optional<Uuid> find() throws InterruptedException {
        Optional<TopicDescription> found;
        try {
            found = target.topic(topic);
        } catch (UnavailableException failure) {
            throw failed("cannot be described", failure);
        }
        int partitions = found.map(TopicDescription::partitions).map(List::size).orElse(1);
        if (partitions != 1) {
            throw OffsetLogException.refused(named() + " has " + partitions
                    + " partitions, progress needs a topic of 1; delete it if nothing depends on it");
        }
        return found.map(TopicDescription::id);
    }

    private void create() throws InterruptedException {
        try {
            if (target.createTopic(topic, 1, SETTINGS)) {
                LOG.info("created the topic of the offset log flow={} topic={}", flow.name(), topic);
            }
        } catch (UnavailableException failure) {
            throw failed(
                    "cannot be created; grant Create on it, or create it with 1 partition and cleanup.policy=compact",
                    failure);
        }
    }

    private void checkPolicy() throws InterruptedException {
        Answers<String, Settings> answers = settings();
        UnavailableException failure = answers.failed().get(topic);
        if (failure != null && failure.reason() != UnavailableException.Reason.DENIED) {
            throw failed("cannot be described", failure);
        }
        if (failure != null) {
            LOG.warn(
                    "the cleanup.policy of the offset log is not visible; grant DescribeConfigs on it flow={} topic={}",
                    flow.name(),
                    topic);
        }
        Settings found = answers.found().getOrDefault(topic, Settings.NONE);
        String policy = found.text(SettingKeys.CLEANUP_POLICY, SettingKeys.COMPACT);
        if (!policy.equals(SettingKeys.COMPACT)) {
            throw OffsetLogException.refused(
                    named() + " has cleanup.policy=" + policy + ", so saved progress would be lost; set it to compact");
        }
    }

    private Answers<String, Settings> settings() throws InterruptedException {
        try {
            return target.topicSettings(List.of(topic));
        } catch (UnavailableException failure) {
            throw failed("cannot be described", failure);
        }
    }

    private OffsetLogException failed(String what, UnavailableException failure) {
        return OffsetLogException.of(named() + " " + what, failure);
    }

    private String named() {
        return OffsetLog.named(flow);
    }
}
