package io.replicator.offsets;

import com.fasterxml.jackson.databind.JsonNode;
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
 * records, and neither would notice. Read once, then only what is new. The flow's control thread.
 */
public final class OtherFlows {
    private static final Logger LOG = LoggerFactory.getLogger(OtherFlows.class);
    private static final Pattern OFFSETS_TOPIC = Pattern.compile("replicator[.](.+)[.]offsets[.]internal");
    private static final Duration POLL = Duration.ofMillis(100);

    /** More flows than this on one target are not looked at. */
    private static final int MOST_FLOWS = 64;

    private final FlowConfig flow;
    private final Duration timeout;

    /** By other flow, the target topic of each source partition that it has saved something of. */
    private final Map<String, Map<TopicPartition, String>> written = new TreeMap<>();

    private final Map<TopicPartition, Long> readTo = new HashMap<>();
    private final Set<String> unreadable = new TreeSet<>();

    /** Connects to nothing yet. */
    public OtherFlows(FlowConfig flow, Duration timeout) {
        this.flow = flow;
        this.timeout = timeout;
    }

    /** The flows that may write a target topic, this one left out; as of the last {@link #read}. */
    public Set<String> writersOf(String targetTopic) {
        Set<String> writers = new TreeSet<>();
        written.forEach((name, topics) -> {
            if (topics.containsValue(targetTopic)) {
                writers.add(name);
            }
        });
        return writers;
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
            if (name.matches() && !name.group(1).equals(flow.name()) && logs.size() < MOST_FLOWS) {
                logs.put(new TopicPartition(topic, 0), name.group(1));
            }
        }
        written.keySet().retainAll(logs.values());
        readTo.keySet().retainAll(logs.keySet());
        if (logs.isEmpty()) {
            return;
        }
        try (Consumer<byte[], byte[]> consumer = OffsetLogClients.consumerOfOthers(flow)) {
            long deadlineNanos = System.nanoTime() + timeout.toNanos();
            for (Map.Entry<TopicPartition, String> log : logs.entrySet()) {
                read(consumer, log.getKey(), log.getValue(), deadlineNanos);
            }
        } catch (InterruptException e) {
            throw OffsetLog.interrupted(e);
        } catch (KafkaException e) {
            // No consumer could be made: looked at again with the next plan.
            throw OffsetLog.failed("what other flows write on " + flow.target().name() + " cannot be read", e);
        }
    }

    private void read(Consumer<byte[], byte[]> consumer, TopicPartition log, String name, long deadlineNanos) {
        List<TopicPartition> one = List.of(log);
        try {
            consumer.assign(one);
            long start = consumer.beginningOffsets(one, timeout).get(log);
            long end = consumer.endOffsets(one, timeout).get(log);
            long from = Math.max(start, readTo.getOrDefault(log, 0L));
            if (end < from) {
                // It was deleted and made anew.
                written.remove(name);
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
        if (!key.path("kind").asText().equals(OffsetLogFormat.PROGRESS)) {
            return;
        }
        try {
            TopicPartition source = OffsetLogFormat.source(key);
            Map<TopicPartition, String> topics = written.computeIfAbsent(name, ignored -> new HashMap<>());
            if (record.value() == null) {
                topics.remove(source);
            } else {
                topics.put(source, OffsetLogFormat.text(OffsetLogFormat.parse(record.value()), "targetTopic"));
            }
        } catch (IllegalArgumentException notForUs) {
            LOG.debug("a record of another flow says nothing flow={} other={}", flow.name(), name, notForUs);
        }
    }
}
