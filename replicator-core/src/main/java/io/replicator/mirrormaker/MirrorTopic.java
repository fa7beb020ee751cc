package io.replicator.mirrormaker;

import io.replicator.agent.Backoff;
import io.replicator.agent.LogOnce;
import io.replicator.agent.Retry;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.CompactedTopic;
import io.replicator.cluster.LogEntry;
import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.UnavailableException;
import io.replicator.positions.RoundTime;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of MirrorMaker 2's topics on one cluster: compacted, with all its records in the first partition. It is created before
 * the first write. What cannot be written is logged once and tried again later. One thread.
 */
final class MirrorTopic {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorTopic.class);

    /** A right that was granted shows within half a minute. */
    private static final Backoff BACKOFF = Backoff.ofMillis(2_000, 30_000);

    private static final Map<String, String> SETTINGS = Map.of("cleanup.policy", "compact");

    private final String flow;
    private final Cluster cluster;
    private final CompactedTopic topic;
    private final String named;
    private final Retry retry = new Retry(BACKOFF);
    private final LogOnce trouble = new LogOnce();
    private boolean isThere;
    private boolean hasFailed;

    /**
     * @param what it holds, for a person
     */
    MirrorTopic(String flow, MirrorCluster cluster, String topic, String what) {
        this.flow = flow;
        this.cluster = cluster.cluster();
        this.topic = cluster.topics().topic(topic);
        this.named = "topic " + topic + " on " + this.cluster.name() + ", which holds " + what + ",";
    }

    /** Why it cannot be written, empty when it can. Any thread. */
    String trouble() {
        return trouble.text();
    }

    /**
     * Writes records in their order, and waits until they are written; false when they were not, and have to be written
     * again later.
     *
     * @param now the millis are the records' timestamp
     */
    boolean write(List<? extends MirrorRecord> records, RoundTime now) throws InterruptedException {
        if (records.isEmpty()) {
            return true;
        }
        if (hasFailed) {
            hasFailed = false;
            retry.failed(now.nanos()); // The wait counts from the end of the attempt, which is known now.
        }
        if (!retry.isDue(now.nanos())) {
            return false;
        }
        try {
            create();
            topic.append(
                    records.stream()
                            .map(record -> new LogEntry(record.key(), record.value()))
                            .toList(),
                    now.millis());
            retry.succeeded();
            if (trouble.end()) {
                LOG.info("{} can be written again flow={}", named, flow);
            }
            return true;
        } catch (UnavailableException unavailable) {
            isThere = false;
            hasFailed = true;
            String text = named + " cannot be written: " + unavailable.getMessage();
            if (trouble.observe(text, now.nanos())) {
                LOG.warn("{}; the flow goes on copying and tries again flow={}", text, flow);
            }
            return false;
        }
    }

    private void create() throws InterruptedException {
        if (!isThere) {
            boolean isMissing = cluster.topic(topic.name()).isEmpty();
            if (isMissing && cluster.createTopic(topic.name(), 1, SETTINGS)) {
                LOG.info("created a topic as MirrorMaker 2 does cluster={} topic={}", cluster.name(), topic.name());
            }
            isThere = true;
        }
    }

    /**
     * Reads the topic from its start to its present end; nothing when there is no such topic.
     *
     * @throws UnavailableException when it cannot be read
     */
    void readAll(Consumer<ReadRecord> reader) throws InterruptedException {
        if (cluster.topic(topic.name()).isPresent()) {
            topic.readAll(reader);
        }
    }
}
