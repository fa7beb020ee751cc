package io.replicator.mirrormaker;

import io.replicator.config.FlowConfig;
import io.replicator.config.MirrorMakerConfig;
import io.replicator.naming.MirrorMakerTopics;
import io.replicator.offsets.Runs;
import io.replicator.offsets.Translator;
import io.replicator.positions.FlowPositions;
import io.replicator.positions.RoundTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Pairs of offsets of the same record, in {@code mm2-offset-syncs.*.internal}: in each round the last record of every
 * partition that moved, and the first records of runs that began since the previous round. MirrorMaker 2 translates with
 * them as with its own, up to one record after the nearest pair. One thread.
 */
final class OffsetSyncs {
    /** MirrorMaker 2 keeps 64 pairs of a partition, most of them near its end. */
    private static final int MAX_STARTS = 16;

    private final MirrorTopic topic;

    /** What each partition's pairs were taken from: a partition with the same translator did not move. */
    private final Map<TopicPartition, Translator> seen = new HashMap<>();

    /** The last pair that was written of each partition. */
    private final Map<TopicPartition, OffsetSync> last = new HashMap<>();

    OffsetSyncs(FlowConfig flow, MirrorCluster source, MirrorCluster target) {
        MirrorMakerConfig config = flow.positions().mirrorMaker();
        MirrorCluster place = config.offsetSyncsAt() == MirrorMakerConfig.Side.SOURCE ? source : target;
        this.topic = new MirrorTopic(flow.name(), place, new MirrorMakerTopics(flow).offsetSyncs(), "pairs of offsets");
    }

    /** Writes what moved since the last round. */
    void round(FlowPositions positions, RoundTime now) throws InterruptedException {
        Map<TopicPartition, Translator> moved = new HashMap<>();
        List<OffsetSync> syncs = new ArrayList<>();
        for (TopicPartition source : positions.partitions()) {
            Translator present = positions.translator(source).orElseThrow();
            if (seen.get(source) != present) {
                moved.put(source, present);
                syncs.addAll(syncs(source, present.lastRuns(MAX_STARTS), last.get(source)));
            }
        }
        if (topic.write(syncs, now)) {
            seen.putAll(moved);
            syncs.forEach(sync -> last.put(sync.source(), sync));
        }
        seen.keySet().retainAll(positions.partitions());
        last.keySet().retainAll(positions.partitions());
    }

    /**
     * The pairs of one partition to write, in the order of their offsets.
     *
     * @param former the last one that was written, {@code null} for none
     */
    static List<OffsetSync> syncs(TopicPartition source, Runs runs, OffsetSync former) {
        if (runs.count() == 0) {
            return List.of();
        }
        int lastRun = runs.count() - 1;
        OffsetSync end = new OffsetSync(source, runs.sourceEnd(lastRun) - 1, runs.targetEnd(lastRun) - 1);
        if (end.equals(former)) {
            return List.of();
        }
        List<OffsetSync> syncs = new ArrayList<>();
        // Where the source lost copied records, the pair goes back, and MirrorMaker 2 then forgets the later ones.
        boolean goesOn = former == null || former.sourceOffset() < end.sourceOffset();
        for (int run = Math.max(0, runs.count() - MAX_STARTS); goesOn && run <= lastRun; run++) {
            OffsetSync start = new OffsetSync(source, runs.source(run), runs.target(run));
            boolean isNew = former == null || former.sourceOffset() < start.sourceOffset();
            if (isNew && start.sourceOffset() < end.sourceOffset()) {
                syncs.add(start);
            }
        }
        syncs.add(end);
        return syncs;
    }

    String trouble() {
        return topic.trouble();
    }
}
