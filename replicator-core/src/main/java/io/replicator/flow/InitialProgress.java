package io.replicator.flow;

import io.replicator.config.FlowConfig;
import io.replicator.config.StartFrom;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.Writer;
import io.replicator.topics.CopiedTopic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Where new partitions begin, on both sides, saved before anything of them is written: a crash before the first save then
 * neither repeats nor leaves out a record. Control thread.
 */
final class InitialProgress {
    private static final short NO_EPOCH = -1;

    private final FlowConfig flow;
    private final StartPositions target;
    private final OffsetLog log;

    InitialProgress(FlowConfig flow, StartPositions target, OffsetLog log) {
        this.flow = flow;
        this.target = target;
        this.log = log;
    }

    /**
     * The maps of partitions that were never copied before.
     *
     * @param starts where they begin on the source
     * @throws io.replicator.topics.UnavailableException when the target does not say where its partitions end
     * @throws io.replicator.offsets.OffsetLogException when it may not be durable
     */
    Map<TopicPartition, OffsetMap> saved(
            Map<TopicPartition, Long> starts, Map<TopicPartition, CopiedTopic> topics, PartitionGroups groups)
            throws InterruptedException {
        Map<TopicPartition, TopicPartition> targets = new HashMap<>();
        starts.keySet()
                .forEach(source -> targets.put(
                        source, new TopicPartition(topics.get(source).targetName(), source.partition())));
        boolean isRecovered = flow.delivery().isFenced();
        Map<TopicPartition, Long> ends =
                starts.isEmpty() || !isRecovered ? Map.of() : target.of(targets.values(), new StartFrom.Latest());
        Map<TopicPartition, OffsetMap> maps = new HashMap<>();
        List<Progress> initial = new ArrayList<>();
        starts.forEach((source, start) -> {
            OffsetMap map = new OffsetMap(start, ends.getOrDefault(targets.get(source), -1L));
            maps.put(source, map);
            CopiedTopic topic = topics.get(source);
            initial.add(new Progress(
                    new PartitionPair(source, topic.sourceId(), topic.targetName(), topic.targetId()),
                    new Writer(groups.of(source), -1, NO_EPOCH),
                    map.takeChanges()));
        });
        if (isRecovered && !initial.isEmpty()) {
            log.save(initial);
        }
        return maps;
    }
}
