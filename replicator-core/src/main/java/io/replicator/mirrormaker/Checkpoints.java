package io.replicator.mirrormaker;

import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.naming.MirrorMakerTopics;
import io.replicator.offsets.Translation;
import io.replicator.positions.FlowPositions;
import io.replicator.positions.GroupPosition;
import io.replicator.positions.PositionState;
import io.replicator.positions.RoundTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Groups' positions on both sides, in {@code <source>.checkpoints.internal} on the target: each position once it was
 * written to the target, and again when it changed. One thread.
 */
final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final String flow;
    private final boolean isSynced;
    private final MirrorTopic topic;

    /** What the topic holds, as far as it was read or written here. */
    private final Map<Place, Checkpoint> written = new HashMap<>();

    private record Place(String group, TopicPartition target) {
        Place(Checkpoint checkpoint) {
            this(checkpoint.group(), checkpoint.target());
        }
    }

    Checkpoints(FlowConfig flow, MirrorCluster target) {
        this.flow = flow.name();
        this.isSynced = flow.positions().groups().sync();
        this.topic = new MirrorTopic(
                flow.name(), target, new MirrorMakerTopics(flow).checkpoints(), "the groups' checkpoints");
    }

    /**
     * The last checkpoint of each group and partition, also of an earlier start of the flow or of MirrorMaker 2.
     *
     * @throws UnavailableException when they cannot be read
     */
    Collection<Checkpoint> read() throws InterruptedException {
        written.clear();
        topic.readAll(this::take);
        return List.copyOf(written.values());
    }

    private void take(ReadRecord record) {
        if (record.key() == null || record.value() == null) {
            return; // Compaction removes the record that a tombstone replaces; nothing is known to write tombstones
            // here.
        }
        Optional<Checkpoint> checkpoint = Checkpoint.read(record.key(), record.value());
        if (checkpoint.isPresent()) {
            written.put(new Place(checkpoint.get()), checkpoint.get());
        } else {
            LOG.warn(
                    "ignored a record that is not a checkpoint of MirrorMaker 2 flow={} topic={} offset={}",
                    flow,
                    record.partition().topic(),
                    record.offset());
        }
    }

    /** Writes what changed since the last round. */
    void round(FlowPositions positions, List<GroupPosition> groups, RoundTime now) throws InterruptedException {
        List<Checkpoint> changed = new ArrayList<>();
        for (GroupPosition position : groups) {
            targetOffset(positions, position).ifPresent(offset -> {
                Checkpoint checkpoint = checkpoint(position, offset);
                if (!checkpoint.equals(written.get(new Place(checkpoint)))) {
                    changed.add(checkpoint);
                }
            });
        }
        if (topic.write(changed, now)) {
            changed.forEach(checkpoint -> written.put(new Place(checkpoint), checkpoint));
        }
    }

    /**
     * Where a group continues on the target. Where its positions are kept up to date there, that is what was written, and not
     * what consumers on the target commit. Elsewhere it is the translation.
     */
    private OptionalLong targetOffset(FlowPositions positions, GroupPosition position) {
        if (position.partition() < 0 || position.sourceOffset() < 0) {
            return OptionalLong.empty();
        }
        if (isSynced) {
            boolean isOurs = position.state() == PositionState.SYNCED || position.state() == PositionState.INEXACT;
            return isOurs && position.targetOffset() >= 0
                    ? OptionalLong.of(position.targetOffset())
                    : OptionalLong.empty();
        }
        return positions
                .translator(new TopicPartition(position.topic(), position.partition()))
                .map(translator -> translated(translator.toTarget(position.sourceOffset())))
                .orElse(OptionalLong.empty());
    }

    private static OptionalLong translated(Translation there) {
        if (there instanceof Translation.Exact exact) {
            return OptionalLong.of(exact.offset());
        }
        return there instanceof Translation.Coarse coarse ? OptionalLong.of(coarse.offset()) : OptionalLong.empty();
    }

    private static Checkpoint checkpoint(GroupPosition position, long targetOffset) {
        return new Checkpoint(
                position.targetGroup(),
                new TopicPartition(position.targetTopic(), position.partition()),
                position.sourceOffset(),
                targetOffset,
                position.metadata());
    }

    String trouble() {
        return topic.trouble();
    }
}
