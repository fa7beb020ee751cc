package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** A preflight's look at the source: what is selected, how much it is, and whether it may be read. */
final class SourceCheck {
    private final FlowConfig flow;
    private final ClusterAdmin source;
    private final ClusterTopics topics;
    private final TopicSelection selection;
    private final TopicPairing pairing;
    private final Findings findings;

    SourceCheck(FlowConfig flow, List<FlowConfig> flows, ClusterAdmin source, Findings findings) {
        this.flow = flow;
        this.source = source;
        this.topics = new ClusterTopics(source);
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
        Set<String> names = topics.names();
        Set<String> wanted =
                names.stream().filter(selection::isSelected).collect(Collectors.toCollection(TreeSet::new));
        wanted.addAll(selection.literals());
        // Without them everything that was asked for is copied all the same.
        wanted.removeIf(selection::isHeartbeats);
        var answers = topics.describe(wanted, true);
        answers.failed().values().forEach(failure -> findings.add(source.cluster(), failure));
        checkPatterns(answers, names);
        Map<String, TopicDescription> found = new TreeMap<>(answers.found());
        found.values().forEach(this::checkRead);
        Map<String, String> pairs = pairing.pair(
                found.keySet(),
                problem -> findings.add(
                        Finding.Severity.ERROR,
                        Finding.Kind.CONFIGURATION,
                        source.cluster(),
                        "topic " + problem.topic() + " cannot be copied: " + problem.reason()));
        return new Result(found, pairs, records(found));
    }

    private void checkPatterns(Answers<TopicDescription> answers, Set<String> names) {
        Set<String> known = new TreeSet<>(answers.found().keySet());
        known.addAll(answers.failed().keySet());
        for (String entry : selection.unmatched(known)) {
            findings.add(
                    Finding.Severity.WARNING,
                    Finding.Kind.TOPIC,
                    source.cluster(),
                    TopicPlanner.unmatchedWords(flow, entry, names));
        }
    }

    private void checkRead(TopicDescription topic) {
        if (Rights.lacks(topic.authorizedOperations(), AclOperation.READ)) {
            findings.addMissingRight(
                    source.cluster(), "READ", "topic " + topic.name(), "grant it, or exclude the topic");
        }
    }

    private Map<String, Long> records(Map<String, TopicDescription> found) throws InterruptedException {
        Map<String, Long> records = new HashMap<>();
        Map<TopicPartition, OffsetSpec> earliest = new HashMap<>();
        for (TopicDescription topic : found.values()) {
            if (!Rights.lacks(topic.authorizedOperations(), AclOperation.DESCRIBE)) {
                topic.partitions()
                        .forEach(partition -> earliest.put(
                                new TopicPartition(topic.name(), partition.partition()), OffsetSpec.earliest()));
            }
        }
        if (earliest.isEmpty()) {
            return records;
        }
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>(earliest);
        latest.replaceAll((partition, spec) -> OffsetSpec.latest());
        // Brokers that know this isolation level (0.11) also know the batches we copy.
        var committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
        var starts = source.admin().listOffsets(earliest, committed);
        var ends = source.admin().listOffsets(latest, committed);
        for (TopicPartition partition : earliest.keySet()) {
            try {
                long count = offset(ends, partition) - offset(starts, partition);
                records.merge(partition.topic(), Math.max(0, count), Long::sum);
            } catch (UnavailableException failure) {
                if (tooOld(failure)) {
                    return records;
                }
                findings.add(
                        Finding.Severity.WARNING,
                        Finding.Kind.TOPIC,
                        source.cluster(),
                        "partition " + partition + " does not say where it ends, it may have no leader: "
                                + failure.getMessage());
            }
        }
        return records;
    }

    private long offset(ListOffsetsResult answer, TopicPartition partition) throws InterruptedException {
        return source.await(answer.partitionResult(partition), "DESCRIBE", "partition " + partition)
                .offset();
    }

    private boolean tooOld(UnavailableException failure) {
        if (!(failure.getCause() instanceof UnsupportedVersionException)) {
            return false;
        }
        findings.add(
                Finding.Severity.ERROR,
                Finding.Kind.CONFIGURATION,
                source.cluster(),
                "cluster " + source.cluster() + " runs brokers older than Kafka 0.11, whose records cannot be copied;"
                        + " upgrade them");
        return true;
    }
}
