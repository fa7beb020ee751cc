package io.replicator.positions;

import io.replicator.NearestName;
import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.LogPosition;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * Translates positions to the other side: one offset, a time, or all positions of a group. It reads what the flow saved,
 * which is at most one progress-interval old, so that it needs no running daemon and does not disturb one. One thread at a
 * time.
 */
public final class PositionQuery implements AutoCloseable {
    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private final FlowConfig flow;
    private final Direction direction;
    private final Duration timeout;
    private final FlowPositions positions;

    /** The direction of a translation. */
    public enum Direction {
        /** From the source to the target: for a migration or a failover. */
        TO_TARGET,
        /** From the target to the source: for the way back. */
        TO_SOURCE
    }

    private PositionQuery(FlowConfig flow, Direction direction, Duration timeout, FlowPositions positions) {
        this.flow = flow;
        this.direction = direction;
        this.timeout = timeout;
        this.positions = positions;
    }

    /**
     * Reads what the flow saved.
     *
     * @param timeout of each call
     * @throws OffsetLogException when it cannot be read
     * @throws UnavailableException when the target does not answer
     */
    public static PositionQuery open(FlowConfig flow, Direction direction, Duration timeout)
            throws InterruptedException {
        return new PositionQuery(flow, direction, timeout, FlowPositions.open(flow, timeout));
    }

    /** Reads what the flow saved since the last call. */
    public void refresh() throws InterruptedException {
        positions.refresh();
    }

    /**
     * Translates an offset.
     *
     * @throws RefusedException when the flow has copied nothing of the partition; the message says what it has copied
     */
    public Answer ofOffset(TopicPartition from, long offset) {
        return answer(required(from), from, offset);
    }

    /**
     * Translates the offsets of the first records whose timestamp is not before a time; in a log without such a record, its
     * end.
     *
     * @param topic the name on the side of the offsets
     * @param partition a partition number, or -1 for all partitions of which the flow has copied something
     * @throws RefusedException when the flow has copied nothing of the topic or the partition
     * @throws UnavailableException when the cluster does not answer
     */
    public List<Answer> ofTime(String topic, int partition, Instant time) throws InterruptedException {
        List<TopicPartition> asked = known().stream()
                .filter(each -> each.topic().equals(topic) && (partition < 0 || each.partition() == partition))
                .sorted(BY_NAME)
                .toList();
        if (asked.isEmpty()) {
            throw unknown(new TopicPartition(topic, partition));
        }
        try (Cluster cluster = open()) {
            Answers<TopicPartition, Long> offsets = cluster.offsets(asked, new LogPosition.At(time));
            return asked.stream()
                    .map(each -> answer(required(each), each, offsets.of(each).orElseThrow()))
                    .toList();
        }
    }

    /**
     * Translates all positions of a group. The answer about a partition that the flow does not copy says so.
     *
     * @return ordered by topic and partition
     * @throws RefusedException when the group has no positions
     * @throws UnavailableException when the cluster does not answer
     */
    public List<Answer> ofGroup(String group) throws InterruptedException {
        try (Cluster cluster = open()) {
            List<Answer> answers = new ArrayList<>();
            cluster.consumerGroups()
                    .positions(group)
                    .forEach((partition, position) ->
                            answers.add(answer(translator(partition), partition, position.offset())));
            if (answers.isEmpty()) {
                throw new RefusedException("group " + group + " has no committed positions on " + asked().name()
                        + "; check its name, or its exact spelling");
            }
            answers.sort(Comparator.comparing(Answer::from, BY_NAME));
            return answers;
        }
    }

    private Cluster open() {
        return KafkaCluster.open(asked(), "replicator-" + flow.name() + "-query", timeout);
    }

    private ClusterConfig asked() {
        return direction == Direction.TO_TARGET ? flow.source() : flow.target();
    }

    private Answer answer(Optional<Translator> found, TopicPartition from, long offset) {
        if (found.isEmpty()) {
            String reason = "flow " + flow.name() + " does not copy " + from
                    + (direction == Direction.TO_TARGET ? "" : " there");
            return new Answer(from, offset, new TopicPartition("", from.partition()), new Translation.Unknown(reason));
        }
        Translator translator = found.get();
        return direction == Direction.TO_TARGET
                ? new Answer(from, offset, translator.pair().target(), translator.toTarget(offset))
                : new Answer(from, offset, translator.pair().source(), translator.toSource(offset));
    }

    private Optional<Translator> translator(TopicPartition from) {
        return direction == Direction.TO_TARGET ? positions.translator(from) : positions.byTarget(from);
    }

    private Optional<Translator> required(TopicPartition from) {
        Optional<Translator> found = translator(from);
        if (found.isEmpty()) {
            throw unknown(from);
        }
        return found;
    }

    private List<TopicPartition> known() {
        if (direction == Direction.TO_TARGET) {
            return List.copyOf(positions.partitions());
        }
        return positions.partitions().stream()
                .flatMap(each -> positions.translator(each).stream())
                .map(translator -> translator.pair().target())
                .toList();
    }

    private RefusedException unknown(TopicPartition partition) {
        TreeSet<String> topics = new TreeSet<>();
        known().forEach(each -> topics.add(each.topic()));
        String where = flow.name() + " has copied nothing of ";
        if (!topics.contains(partition.topic())) {
            return new RefusedException("flow " + where + "topic " + partition.topic() + " on " + asked().name()
                    + NearestName.hint(partition.topic(), topics));
        }
        long count = known().stream()
                .filter(each -> each.topic().equals(partition.topic()))
                .count();
        return new RefusedException("flow " + where + partition + " on " + asked().name() + "; it knows " + count
                + " partitions of that topic");
    }

    @Override
    public void close() {
        positions.close();
    }
}
