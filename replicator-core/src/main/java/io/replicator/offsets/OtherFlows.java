package io.replicator.offsets;

import com.fasterxml.jackson.databind.JsonNode;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.CompactedTopic;
import io.replicator.cluster.CompactedTopicOptions;
import io.replicator.cluster.CompactedTopics;
import io.replicator.cluster.LogTruncatedException;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which topics other flows write on this flow's target, from their offset logs there. Two flows that write one topic mix
 * their records, and neither would notice. Each call reads what is new since the last one. One thread at a time.
 */
public final class OtherFlows implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OtherFlows.class);
    private static final Pattern OFFSETS_TOPIC = Pattern.compile("replicator[.](.+)[.]offsets[.]internal");

    /** More flows than this on one target are not looked at. */
    private static final int MAX_FLOWS = 64;

    private final FlowConfig flow;
    private final Duration timeout;

    /** By other flow, the target topic of each source partition that it has saved something of. */
    private final Map<String, Map<TopicPartition, String>> written = new TreeMap<>();

    /** By other flow, its claims on topics of the target. */
    private final Map<String, Map<String, TopicClaim>> claims = new TreeMap<>();

    /** The same without the partitions. */
    private final Map<String, Set<String>> writtenTopics = new TreeMap<>();

    /** Up to where each of their logs was read. */
    private final Map<String, Long> readTo = new HashMap<>();

    private final Set<String> unreadable = new TreeSet<>();

    private final CompactedTopics clients;

    /**
     * Connects to nothing yet.
     *
     * @param target the flow's target; the caller closes it
     * @param timeout of each call
     */
    public OtherFlows(FlowConfig flow, Cluster target, Duration timeout) {
        this.flow = flow;
        this.timeout = timeout;
        this.clients =
                target.compactedTopics(new CompactedTopicOptions("replicator-" + flow.name() + "-others", timeout));
    }

    /** The claims of other flows on a topic of the target, by their names, as of the last {@link #read}. */
    public Map<String, TopicClaim> claimsOn(String targetTopic) {
        Map<String, TopicClaim> found = new TreeMap<>();
        writtenTopics.forEach((name, topics) -> {
            if (topics.contains(targetTopic)) {
                found.put(name, new TopicClaim(TopicClaim.State.UNSAID, 0, ""));
            }
        });
        claims.forEach((name, topics) -> {
            TopicClaim claim = topics.get(targetTopic);
            if (claim != null) {
                found.put(name, claim);
            }
        });
        return found;
    }

    /**
     * Reads what other flows have saved since the last call. A log that cannot be read is logged once and left out: then a
     * warning may be missing, but the flow runs.
     *
     * @param targetTopics all topics of the target
     * @throws OffsetLogException when not even a client can be made: nothing is known then
     */
    public void read(Collection<String> targetTopics) throws InterruptedException {
        Map<String, String> logs = logsAmong(targetTopics);
        written.keySet().retainAll(logs.values());
        claims.keySet().retainAll(logs.values());
        readTo.keySet().retainAll(logs.keySet());
        if (!logs.isEmpty()) {
            connect();
        }
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        for (Map.Entry<String, String> log : logs.entrySet()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                leaveOut(log.getValue(), log.getKey(), "not read within " + timeout);
            } else {
                read(clients.topic(log.getKey()), log.getValue());
            }
        }
        writtenTopics.clear();
        written.forEach((name, topics) -> writtenTopics.put(name, Set.copyOf(topics.values())));
    }

    /** The names of other flows, by their offset logs. */
    private Map<String, String> logsAmong(Collection<String> targetTopics) {
        Map<String, String> logs = new TreeMap<>();
        for (String topic : new TreeSet<>(targetTopics)) {
            Matcher name = OFFSETS_TOPIC.matcher(topic);
            if (name.matches() && !name.group(1).equals(flow.name()) && logs.size() < MAX_FLOWS) {
                logs.put(topic, name.group(1));
            }
        }
        return logs;
    }

    private void connect() {
        String what = "what other flows write on " + flow.target().name() + " cannot be read";
        try {
            clients.connect();
        } catch (UnavailableException failure) {
            // The next plan tries again.
            throw OffsetLogException.of(what, failure);
        } catch (RefusedException refused) {
            throw OffsetLogException.refused(what + ": " + refused.getMessage());
        }
    }

    private void read(CompactedTopic log, String name) throws InterruptedException {
        try {
            readTo.put(log.name(), readOn(log, name));
            unreadable.remove(name);
        } catch (UnavailableException failure) {
            boolean isDenied = failure.reason() == UnavailableException.Reason.DENIED;
            leaveOut(name, log.name(), failure.words() + (isDenied ? "; grant READ on its topic" : ""));
        }
    }

    private long readOn(CompactedTopic log, String name) throws InterruptedException {
        CompactedTopic.EntryReader reader = (offset, key, value) -> accept(name, key, value);
        try {
            return log.read(readTo.getOrDefault(log.name(), 0L), reader);
        } catch (LogTruncatedException recreated) {
            written.remove(name);
            claims.remove(name);
            return log.read(0, reader);
        }
    }

    private void leaveOut(String name, String topic, String why) {
        if (unreadable.add(name)) {
            LOG.warn(
                    "cannot see which topics another flow writes: {} flow={} other={} topic={}",
                    why,
                    flow.name(),
                    name,
                    topic);
        }
    }

    private void accept(String name, byte[] recordKey, byte[] value) {
        JsonNode key = OffsetLogFormat.parse(recordKey == null ? new byte[0] : recordKey);
        String kind = key.path("kind").asText();
        try {
            if (kind.equals(OffsetLogFormat.PROGRESS)) {
                acceptProgress(name, OffsetLogFormat.source(key), value);
            } else if (kind.equals(OffsetLogFormat.TOPIC)) {
                acceptClaim(name, OffsetLogFormat.text(key, "targetTopic"), value);
            }
        } catch (IllegalArgumentException notForUs) {
            LOG.debug("a record of another flow says nothing flow={} other={}", flow.name(), name, notForUs);
        }
    }

    private void acceptProgress(String name, TopicPartition source, byte[] value) {
        Map<TopicPartition, String> topics = written.computeIfAbsent(name, ignored -> new HashMap<>());
        if (value == null) {
            topics.remove(source);
        } else {
            topics.put(source, OffsetLogFormat.text(OffsetLogFormat.parse(value), "targetTopic"));
        }
    }

    private void acceptClaim(String name, String targetTopic, byte[] value) {
        Map<String, TopicClaim> topics = claims.computeIfAbsent(name, ignored -> new HashMap<>());
        if (value == null) {
            topics.remove(targetTopic);
        } else {
            topics.put(targetTopic, OffsetLogFormat.claim(OffsetLogFormat.parse(value)));
        }
    }

    @Override
    public void close() {
        clients.close();
    }
}
