package io.replicator.cluster;

import io.replicator.config.Isolation;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Offsets in the logs of a Kafka cluster. Safe for use by any thread. */
final class KafkaLogOffsets {
    /** For partitions that did not answer the last time: the caller has more to do than to wait for them. */
    private static final int AGAIN_MILLIS = 1_000;

    private final KafkaAdmin admin;

    /** Partitions that did not answer when they were last asked about. */
    private final Set<TopicPartition> silent = ConcurrentHashMap.newKeySet();

    KafkaLogOffsets(KafkaAdmin admin) {
        this.admin = admin;
    }

    Answers<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, LogPosition position, Isolation isolation)
            throws InterruptedException {
        Answers<TopicPartition, Long> answers = await(ask(partitions, specOf(position), isolation));
        List<TopicPartition> beyond = answers.found().entrySet().stream()
                .filter(answer -> answer.getValue() < 0)
                .map(Map.Entry::getKey)
                .toList();
        // No record of these is as late as the time that was asked for.
        return beyond.isEmpty() ? answers : endInstead(answers, await(ask(beyond, OffsetSpec.latest(), isolation)));
    }

    private static Answers<TopicPartition, Long> endInstead(
            Answers<TopicPartition, Long> answers, Answers<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> found = new HashMap<>(answers.found());
        found.keySet().removeAll(ends.failed().keySet());
        return new Answers<>(found, answers.failed()).and(ends);
    }

    Answers<TopicPartition, LogBounds> bounds(Collection<TopicPartition> partitions, Isolation isolation)
            throws InterruptedException {
        // Both are asked before either is waited for.
        Map<TopicPartition, KafkaFuture<Long>> startsAsked = ask(partitions, OffsetSpec.earliest(), isolation);
        Map<TopicPartition, KafkaFuture<Long>> endsAsked = ask(partitions, OffsetSpec.latest(), isolation);
        Answers<TopicPartition, Long> starts = await(startsAsked);
        Answers<TopicPartition, Long> ends = await(endsAsked);
        Map<TopicPartition, LogBounds> found = new HashMap<>();
        starts.found().forEach((partition, start) -> {
            Long end = ends.found().get(partition);
            if (end != null) {
                found.put(partition, new LogBounds(start, end));
            }
        });
        Map<TopicPartition, UnavailableException> failed = new HashMap<>(starts.failed());
        failed.putAll(ends.failed());
        return new Answers<>(found, failed);
    }

    private Map<TopicPartition, KafkaFuture<Long>> ask(
            Collection<TopicPartition> partitions, OffsetSpec spec, Isolation isolation) {
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> again = new HashMap<>();
        partitions.forEach(partition -> (silent.contains(partition) ? again : first).put(partition, spec));
        Map<TopicPartition, KafkaFuture<Long>> asked = new HashMap<>();
        ask(first, new ListOffsetsOptions(levelOf(isolation)), asked);
        ask(again, new ListOffsetsOptions(levelOf(isolation)).timeoutMs(AGAIN_MILLIS), asked);
        return asked;
    }

    private void ask(
            Map<TopicPartition, OffsetSpec> specs,
            ListOffsetsOptions options,
            Map<TopicPartition, KafkaFuture<Long>> asked) {
        if (specs.isEmpty()) {
            return;
        }
        ListOffsetsResult answer = admin.client().listOffsets(specs, options);
        for (TopicPartition partition : new HashSet<>(specs.keySet())) {
            asked.put(
                    partition,
                    answer.partitionResult(partition).thenApply(ListOffsetsResult.ListOffsetsResultInfo::offset));
        }
    }

    private Answers<TopicPartition, Long> await(Map<TopicPartition, KafkaFuture<Long>> asked)
            throws InterruptedException {
        Answers<TopicPartition, Long> answers =
                admin.awaitEach(asked, "DESCRIBE", partition -> "topic " + partition.topic());
        silent.removeAll(answers.found().keySet());
        silent.addAll(answers.failed().keySet());
        return answers;
    }

    private static OffsetSpec specOf(LogPosition position) {
        if (position instanceof LogPosition.At at) {
            return OffsetSpec.forTimestamp(at.time().toEpochMilli());
        }
        return position instanceof LogPosition.End ? OffsetSpec.latest() : OffsetSpec.earliest();
    }

    private static IsolationLevel levelOf(Isolation isolation) {
        return isolation == Isolation.READ_COMMITTED ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
    }
}
