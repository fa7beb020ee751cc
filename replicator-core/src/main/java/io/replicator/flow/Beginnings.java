package io.replicator.flow;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.LogPosition;
import io.replicator.config.FlowConfig;
import io.replicator.config.StartFrom;
import io.replicator.mirrormaker.TakeOver;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SourceSeen;
import io.replicator.offsets.Writer;
import io.replicator.partition.Health;
import io.replicator.partition.LeaderEpochs;
import io.replicator.partition.PartitionState;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicsPlan;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Where partitions without progress begin: at their first record, where the configuration says, behind a former topic, or
 * where MirrorMaker 2 stopped. Control thread, but for the calls that it makes.
 */
final class Beginnings {
    private static final StartFrom EARLIEST = new StartFrom.Earliest();

    /** Of what nobody has written yet. */
    private static final int NO_PRODUCER = -1;

    private final FlowConfig flow;
    private final StartRule rule;
    private final RecreatedTopics recreations;
    private final TakeOver takeOver;
    private final Cluster source;
    private final Cluster target;

    /**
     * @param rule for those that begin as configured
     * @param takeOver used by calls alone
     * @param source likewise
     * @param target likewise
     */
    Beginnings(
            FlowConfig flow,
            StartRule rule,
            RecreatedTopics recreations,
            TakeOver takeOver,
            Cluster source,
            Cluster target) {
        this.flow = flow;
        this.rule = rule;
        this.recreations = recreations;
        this.takeOver = takeOver;
        this.source = source;
        this.target = target;
    }

    /**
     * What the clusters say.
     *
     * @param takenOver of partitions that MirrorMaker 2 may have copied
     * @param starts where the others begin on the source
     * @param targetEnds where their copies end on the target
     */
    record Places(
            Map<TopicPartition, TakeOver.Answer> takenOver,
            Answers<TopicPartition, Long> starts,
            Answers<TopicPartition, Long> targetEnds) {}

    /**
     * What comes of that.
     *
     * @param progress to be saved before anything is written
     * @param unbegun partitions that cannot begin now
     */
    record Decision(Map<MissingPartition, Progress> progress, List<UnbegunPartition> unbegun) {}

    /** Takes a plan; the first one counts for the rule. */
    void see(TopicsPlan plan) {
        rule.see(plan);
    }

    /** Whether the flow continues where MirrorMaker 2 stopped. */
    boolean isTakenOver() {
        return flow.topics().start() instanceof StartFrom.MirrorMaker;
    }

    /**
     * Asks the clusters.
     *
     * @param begun source partitions of which the flow has progress
     */
    Call<Places> call(List<BlankPartition> partitions, Collection<TopicPartition> begun) {
        Set<TopicPartition> asConfigured = partitions.stream()
                .filter(this::isAsConfigured)
                .map(BlankPartition::source)
                .collect(Collectors.toSet());
        return nowNanos -> {
            Map<TopicPartition, TakeOver.Answer> taken = takeOver(partitions, begun);
            Set<TopicPartition> fromRule = new HashSet<>();
            Set<TopicPartition> fromFirst = new HashSet<>();
            Set<TopicPartition> targets = new HashSet<>();
            for (BlankPartition each : partitions) {
                TakeOver.Answer answer = taken.get(each.source());
                if (!(answer instanceof TakeOver.Refused)) {
                    targets.add(each.target());
                    if (!(answer instanceof TakeOver.Behind)) {
                        (asConfigured.contains(each.source()) ? fromRule : fromFirst).add(each.source());
                    }
                }
            }
            Answers<TopicPartition, Long> starts = source.offsets(
                            fromRule, position(flow.topics().start()))
                    .and(source.offsets(fromFirst, LogPosition.START));
            return new Places(taken, starts, target.offsets(targets, LogPosition.END));
        };
    }

    private static LogPosition position(StartFrom from) {
        if (from instanceof StartFrom.At at) {
            return new LogPosition.At(at.time());
        }
        return from instanceof StartFrom.Latest ? LogPosition.END : LogPosition.START;
    }

    private Map<TopicPartition, TakeOver.Answer> takeOver(
            List<BlankPartition> partitions, Collection<TopicPartition> begun) throws InterruptedException {
        if (!isTakenOver()) {
            return Map.of();
        }
        Map<TopicPartition, TopicPartition> asked = new HashMap<>();
        partitions.stream()
                .filter(each -> each.former().isEmpty())
                .forEach(each -> asked.put(each.source(), each.target()));
        return takeOver.look(asked, begun);
    }

    /** Whether a partition begins where the configuration says, and not at its first record. */
    private boolean isAsConfigured(BlankPartition partition) {
        return !isTakenOver()
                && partition.former().isEmpty()
                && rule.isAsConfigured(partition.source(), partition.partition().shard());
    }

    /** Decides by what the clusters said. */
    Decision decide(List<BlankPartition> partitions, Places places) {
        Map<MissingPartition, Progress> progress = new LinkedHashMap<>();
        Map<TopicPartition, UnbegunPartition> unbegun = new LinkedHashMap<>();
        for (BlankPartition each : partitions) {
            TopicPartition partition = each.source();
            String targetTopic = each.target().topic();
            TakeOver.Answer answer = places.takenOver().get(partition);
            if (answer instanceof TakeOver.Refused refused) {
                PartitionState state = refused.isPassing() ? PartitionState.WAITING : PartitionState.FAILED;
                Health health = new Health(state, refused.reason(), refused.resumesWhen());
                unbegun.put(partition, new UnbegunPartition(partition, targetTopic, health));
                continue;
            }
            Optional<String> trouble = places.starts().whyNot(partition).or(() -> places.targetEnds()
                    .whyNot(each.target()));
            if (trouble.isPresent()) {
                unbegun.put(partition, UnbegunPartition.silent(partition, targetTopic, trouble.get()));
            } else {
                progress.put(each.partition(), beginning(each, places, answer));
            }
        }
        return new Decision(progress, List.copyOf(unbegun.values()));
    }

    private Progress beginning(BlankPartition blank, Places places, TakeOver.Answer answer) {
        MissingPartition partition = blank.partition();
        CopiedTopic topic = partition.topic();
        blank.former().ifPresent(former -> recreations.found(former, topic.sourceId()));
        boolean isBehind = answer instanceof TakeOver.Behind;
        OffsetMap map = answer instanceof TakeOver.Behind behind
                ? behind.map()
                : new OffsetMap(places.starts().found().get(partition.source()));
        map.extendTargetKnownTo(places.targetEnds().found().get(blank.target()));
        boolean isAtLogStart =
                !isBehind && (!isAsConfigured(blank) || flow.topics().start().equals(EARLIEST));
        return new Progress(
                new PartitionPair(partition.source(), topic.sourceId(), topic.targetName(), topic.targetId()),
                new Writer(partition.shard(), NO_PRODUCER, (short) NO_PRODUCER),
                map.takeChanges(),
                new SourceSeen(LeaderEpochs.NONE, isAtLogStart ? map.start() : -1));
    }
}
