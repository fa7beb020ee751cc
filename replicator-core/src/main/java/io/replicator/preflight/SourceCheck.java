package io.replicator.preflight;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterError;
import io.replicator.cluster.LogBounds;
import io.replicator.cluster.Right;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.naming.TopicSelection;
import io.replicator.topics.TopicPairing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** Checks the source: what is selected, how much it is, and whether it may be read. */
final class SourceCheck {
    private final Cluster source;
    private final TopicSelection selection;
    private final TopicPairing pairing;
    private final Findings findings;

    SourceCheck(FlowConfig flow, List<FlowConfig> flows, Cluster source, Findings findings) {
        this.source = source;
        this.selection = new TopicSelection(flow);
        this.pairing = new TopicPairing(flow, flows);
        this.findings = findings;
    }

    /**
     * What was seen.
     *
     * @param topics by name
     * @param pairs their names on the target
     * @param records by topic
     */
    record Result(Map<String, TopicDescription> topics, Map<String, String> pairs, Map<String, Long> records) {}

    Result run() throws InterruptedException {
        Set<String> names = source.topicNames();
        Set<String> wanted =
                names.stream().filter(selection::isSelected).collect(Collectors.toCollection(TreeSet::new));
        wanted.addAll(selection.literals());
        // Everything that is selected is copied without them, too.
        wanted.removeIf(selection::isHeartbeats);
        var answers = source.describeTopics(wanted, true);
        answers.failed().values().forEach(failure -> findings.add(source.name(), failure));
        checkPatterns(answers, names);
        Map<String, TopicDescription> found = new TreeMap<>(answers.found());
        found.values().forEach(this::checkRead);
        Map<String, String> pairs = pairing.pair(
                found.keySet(),
                problem -> findings.add(
                        Finding.Severity.ERROR,
                        Finding.Kind.CONFIGURATION,
                        source.name(),
                        "topic " + problem.topic() + " cannot be copied: " + problem.reason()));
        return new Result(found, pairs, records(found));
    }

    private void checkPatterns(Answers<String, TopicDescription> answers, Set<String> names) {
        Set<String> known = new TreeSet<>(answers.found().keySet());
        known.addAll(answers.failed().keySet());
        for (String entry : selection.unmatched(known)) {
            findings.add(
                    Finding.Severity.WARNING,
                    Finding.Kind.TOPIC,
                    source.name(),
                    selection.unmatchedWords(entry, names));
        }
    }

    private void checkRead(TopicDescription topic) {
        if (topic.rights().lacks(Right.READ)) {
            findings.addMissingRight(source.name(), "READ", "topic " + topic.name(), "grant it, or exclude the topic");
        }
    }

    private Map<String, Long> records(Map<String, TopicDescription> found) throws InterruptedException {
        List<TopicPartition> asked = new ArrayList<>();
        for (TopicDescription topic : found.values()) {
            if (!topic.rights().lacks(Right.DESCRIBE)) {
                topic.partitions().forEach(each -> asked.add(new TopicPartition(topic.name(), each.number())));
            }
        }
        // Brokers that know this isolation level (0.11) also know the batches we copy.
        Answers<TopicPartition, LogBounds> bounds = source.bounds(asked, Isolation.READ_COMMITTED);
        Map<String, Long> records = new HashMap<>();
        for (TopicPartition partition : asked) {
            UnavailableException failure = bounds.failed().get(partition);
            if (failure == null) {
                LogBounds log = bounds.found().get(partition);
                records.merge(partition.topic(), Math.max(0, log.end() - log.start()), Long::sum);
            } else if (isTooOld(failure)) {
                return records;
            } else {
                findings.add(
                        Finding.Severity.WARNING,
                        Finding.Kind.TOPIC,
                        source.name(),
                        "partition " + partition + " does not say where it ends, it may have no leader: "
                                + failure.getMessage());
            }
        }
        return records;
    }

    private boolean isTooOld(UnavailableException failure) {
        if (failure.error() != ClusterError.NOT_SUPPORTED) {
            return false;
        }
        findings.add(
                Finding.Severity.ERROR,
                Finding.Kind.CONFIGURATION,
                source.name(),
                "cluster " + source.name() + " runs brokers older than Kafka 0.11, whose records cannot be copied;"
                        + " upgrade them");
        return true;
    }
}
