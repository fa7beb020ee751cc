package io.replicator.produce;

import io.replicator.delivery.ProducerIdentity;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SourceSeen;
import io.replicator.offsets.Writer;
import io.replicator.partition.Partition;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The windows of the lane's partitions, by lane index. */
final class Windows implements Iterable<PartitionWindow> {
    private final List<PartitionWindow> byLaneIndex = new ArrayList<>();
    private final List<PartitionWindow> all = new ArrayList<>();

    void add(PartitionWindow window) {
        while (byLaneIndex.size() <= window.laneIndex()) {
            byLaneIndex.add(null);
        }
        byLaneIndex.set(window.laneIndex(), window);
        all.add(window);
    }

    /** {@code null} when the lane has no such partition, not yet or no longer. */
    PartitionWindow get(int laneIndex) {
        return laneIndex < byLaneIndex.size() ? byLaneIndex.get(laneIndex) : null;
    }

    void remove(PartitionWindow window) {
        byLaneIndex.set(window.laneIndex(), null);
        all.remove(window);
    }

    @Override
    public Iterator<PartitionWindow> iterator() {
        return all.iterator();
    }

    /** The windows of a shard, as they are now. */
    List<PartitionWindow> of(int shard) {
        List<PartitionWindow> found = new ArrayList<>();
        for (PartitionWindow window : all) {
            if (window.partition().shard() == shard) {
                found.add(window);
            }
        }
        return found;
    }

    boolean areEmpty() {
        for (PartitionWindow window : all) {
            if (!window.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /**
     * What has changed since the last call and is to be saved. Not of a partition that was not recovered: it has nothing
     * new, and its writer is not known. Nor of a shard that another owner took.
     */
    List<Progress> takeProgress() {
        List<Progress> changed = new ArrayList<>();
        for (PartitionWindow window : all) {
            if (window.phase().isRecovered() && !window.identity().isTaken()) {
                window.map()
                        .trim(
                                window.partition().sourceStart(),
                                window.partition().targetStart());
                if (window.map().hasChanges()) {
                    changed.add(progress(window));
                }
            }
        }
        return changed;
    }

    private static Progress progress(PartitionWindow window) {
        Partition partition = window.partition();
        ProducerIdentity identity = window.identity();
        return new Progress(
                new PartitionPair(
                        partition.source(),
                        partition.sourceTopicId(),
                        partition.targetTopic(),
                        partition.targetTopicId()),
                new Writer(partition.shard(), identity.producerId(), identity.epoch()),
                window.map().takeChanges(),
                new SourceSeen(window.leaderEpochs(), window.map().sourceLogStart()));
    }
}
