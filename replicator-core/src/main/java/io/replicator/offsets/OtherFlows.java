package io.replicator.offsets;

import com.fasterxml.jackson.databind.JsonNode;
import io.replicator.agent.Interruption;
import io.replicator.config.FlowConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which topics other flows write on this flow's target, by what those saved there. Two flows that write one topic mix their
 * records, and neither would notice. Read once, then only what is new since. The flow's control thread.
 */
public final class OtherFlows implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OtherFlows.class);
    private static final Pattern OFFSETS_TOPIC = Pattern.compile("replicator[.](.+)[.]offsets[.]internal");
    private static final Duration POLL = Duration.ofMillis(100);

    /** More flows than this on one target are not looked at. */
    private static final int MAX_FLOWS = 64;

    private final FlowConfig flow;
    private final Duration timeout;

    /** By other flow, the target topic of each source partition that it has saved something of. */
    private final Map<String, Map<TopicPartition, String>> written = new TreeMap<>();

    /** By other flow, what it says of topics of the target. */
    private final Map<String, Map<String, TopicClaim>> claims = new TreeMap<>();

    /** The same without the partitions. */
    private final Map<String, Set<String>> writtenTopics = new TreeMap<>();

    private final Map<TopicPartition, Long> readTo = new HashMap<>();
    private final Set<String> unreadable = new TreeSet<>();

    /** {@code null} while there are no other flows. */
    private Consumer<byte[], byte[]> consumer;

    /** Connects to nothing yet. */
    public OtherFlows(FlowConfig flow, Duration timeout) {
        this.flow = flow;
        this.timeout = timeout;
    }

    /** What other flows say of a topic of the target, by their names; as of the last {@link #read}. */
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
     * Reads what other flows have saved since the last call. What cannot be read within the timeout, or may not be, is said
     * once and left out: it is a warning that fails then, not the flow.
     *
     * @param targetTopics all topics of the target
     * @throws OffsetLogException when not even a client can be made: nothing is known then
     */
    public void read(Collection<String> targetTopics) throws InterruptedException {
        Map<TopicPartition, String> logs = new HashMap<>();
        for (String topic : new TreeSet<>(targetTopics)) {
            Matcher name = OFFSETS_TOPIC.matcher(topic);
            if (name.matches() && !name.group(1).equals(flow.name()) && logs.size() < MAX_FLOWS) {
                logs.put(new TopicPartition(topic, 0), name.group(1));
            }
        }
        written.keySet().retainAll(logs.values());
        claims.keySet().retainAll(logs.values());
        readTo.keySet().retainAll(logs.keySet());
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        try {
            for (Map.Entry<TopicPartition, String> log : logs.entrySet()) {
                if (consumer == null) {
                    consumer = OffsetLogClients.consumerOfOthers(flow);
                }
                read(log.getKey(), log.getValue(), deadlineNanos);
            }
        } catch (InterruptException e) {
            throw Interruption.of(e);
        } catch (KafkaException e) {
            // No consumer could be made: looked at again with the next plan.
            throw OffsetLog.failed("what other flows write on " + flow.target().name() + " cannot be read", e);
        }
        writtenTopics.clear();
        written.forEach((name, topics) -> writtenTopics.put(name, Set.copyOf(topics.values())));
    }

    private void read(TopicPartition log, String name, long deadlineNanos) {
        List<TopicPartition> one = List.of(log);
        try {
            consumer.assign(one);
            long start = consumer.beginningOffsets(one, timeout).get(log);
            long end = consumer.endOffsets(one, timeout).get(log);
            long from = Math.max(start, readTo.getOrDefault(log, 0L));
            if (end < from) {
                // It was deleted and made anew.
                written.remove(name);
                claims.remove(name);
                from = start;
            }
            consumer.seek(log, from);
            while (consumer.position(log, timeout) < end) {
                if (System.nanoTime() - deadlineNanos > 0) {
                    throw new KafkaException("not read within " + timeout);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    accept(name, record);
                }
            }
            readTo.put(log, end);
            unreadable.remove(name);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            close();
            if (unreadable.add(name)) {
                LOG.warn(
                        "cannot see which topics another flow writes: {}{} flow={} other={} topic={}",
                        e.getMessage(),
                        e instanceof AuthorizationException ? "; grant READ on its topic" : "",
                        flow.name(),
                        name,
                        log.topic());
            }
        }
    }

    private void accept(String name, ConsumerRecord<byte[], byte[]> record) {
        JsonNode key = record.key() == null ? OffsetLogFormat.parse(new byte[0]) : OffsetLogFormat.parse(record.key());
        String kind = key.path("kind").asText();
        try {
            if (kind.equals(OffsetLogFormat.PROGRESS)) {
                acceptProgress(name, OffsetLogFormat.source(key), record.value());
            } else if (kind.equals(OffsetLogFormat.TOPIC)) {
                acceptClaim(name, OffsetLogFormat.text(key, "targetTopic"), record.value());
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
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            consumer = null;
        }
    }
}
