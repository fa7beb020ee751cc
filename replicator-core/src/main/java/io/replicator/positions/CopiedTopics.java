package io.replicator.positions;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.naming.TopicSelection;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Translator;
import java.util.Collection;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** The topics that a flow copies, on both sides: whether they are still the ones that it copied. One thread. */
public final class CopiedTopics {
    private final FlowConfig flow;
    private final TopicSelection selection;
    private final TopicIds.TopicLookup source;
    private final TopicIds.TopicLookup target;
    private TopicIds.Found onSource = TopicIds.Found.NOTHING;
    private TopicIds.Found onTarget = TopicIds.Found.NOTHING;

    CopiedTopics(FlowConfig flow, TopicIds.TopicLookup source, TopicIds.TopicLookup target) {
        this.flow = flow;
        this.source = source;
        this.target = target;
        this.selection = new TopicSelection(flow);
    }

    /** The topics of two clusters. */
    public static CopiedTopics of(FlowConfig flow, Cluster source, Cluster target) {
        return new CopiedTopics(
                flow, names -> source.describeTopics(names, false), names -> target.describeTopics(names, false));
    }

    /**
     * Asks both clusters for the topics of these source partitions. What was known of others is forgotten.
     *
     * @throws UnavailableException when a cluster does not answer
     */
    public void look(Collection<TopicPartition> partitions, Translators positions) throws InterruptedException {
        TopicIds sourceIds = new TopicIds();
        TopicIds targetIds = new TopicIds();
        for (TopicPartition partition : partitions) {
            // Each partition has its own: where a topic was recreated, some may still be known by the former id.
            positions.translator(partition).map(Translator::pair).ifPresent(pair -> {
                sourceIds.add(pair.source().topic(), pair.sourceTopicId());
                targetIds.add(pair.targetTopic(), pair.targetTopicId());
            });
        }
        onSource = sourceIds.find(source);
        onTarget = targetIds.find(target);
    }

    /**
     * What is known of the copy of a source partition.
     *
     * @param known translates its positions; empty when the flow has saved nothing about it
     */
    public CopiedTopicState state(TopicPartition source, Optional<Translator> known) {
        boolean isSelected = selection.isSelected(source.topic());
        if (known.isEmpty()) {
            return new CopiedTopicState.NotCopied(isSelected);
        }
        Translator translator = known.get();
        PartitionPair pair = translator.pair();
        if (onSource.gone().contains(pair.sourceTopicId())) {
            return gone(translator, pair.source().topic(), flow.source().name());
        }
        if (onTarget.gone().contains(pair.targetTopicId())) {
            return gone(translator, pair.targetTopic(), flow.target().name());
        }
        String hidden = onSource.hidden()
                .getOrDefault(pair.sourceTopicId(), onTarget.hidden().get(pair.targetTopicId()));
        return hidden == null
                ? new CopiedTopicState.Copied(translator, isSelected)
                : new CopiedTopicState.Hidden(translator, hidden);
    }

    private static CopiedTopicState gone(Translator translator, String topic, String cluster) {
        return new CopiedTopicState.Gone(
                translator,
                "topic " + topic + " of " + cluster
                        + " was deleted or recreated after it was copied: the saved offsets no longer apply to it");
    }
}
