package io.replicator.flow;

import io.replicator.cluster.ClusterPair;
import io.replicator.cluster.RefusedException;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.FlowEnds;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.SavedState;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes sure that the progress on the target is that of this flow: of the same source, saved to the same target. */
final class FlowIdentityCheck {
    private static final Logger LOG = LoggerFactory.getLogger(FlowIdentityCheck.class);

    private FlowIdentityCheck() {}

    /**
     * Compares what is on record with the clusters as they are, and puts it on record where nothing is.
     *
     * @throws RefusedException when the progress is that of a flow between other clusters, or that divides its partitions
     *     in another way
     */
    static void check(FlowConfig flow, ClusterPair clusters, SavedState saved, OffsetLog log)
            throws InterruptedException {
        FlowEnds now = new FlowEnds(
                flow.source().name(),
                clusters.sourceId(),
                flow.target().name(),
                clusters.targetId(),
                flow.shards(),
                settings(flow));
        FlowEnds known = saved.ends().orElse(now);
        if (!known.areThoseOf(now)) {
            throw new RefusedException(refusal(flow, known, now));
        }
        if (known.shards() != 0 && known.shards() != now.shards()) {
            throw new RefusedException("flow " + flow.name() + " has run with shards = "
                    + known.shards() + ", now it is "
                    + now.shards() + ": partitions would come to other transactional ids, and records be"
                    + " written twice; set shards = " + known.shards()
                    + "; or give the flow another name: it then starts without saved progress");
        }
        String changes = now.changesSince(known);
        if (!changes.isEmpty()) {
            LOG.warn(
                    "the flow's settings are not those that it ran with: {}; all instances must have the same flow={}",
                    changes,
                    flow.name());
        }
        if (saved.ends().isEmpty() || !known.equals(now)) {
            log.save(now);
        }
    }

    /** What instances of one flow must have alike, or they do not copy the same. */
    private static Map<String, String> settings(FlowConfig flow) {
        return Map.of(
                "topics.select",
                flow.topics().select().toString(),
                "topics.exclude",
                flow.topics().exclude().toString(),
                "topics.rename",
                flow.topics().rename(),
                "delivery",
                flow.delivery().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    private static String refusal(FlowConfig flow, FlowEnds known, FlowEnds now) {
        return "the progress in " + flow.offsetsTopic() + " is that of a flow " + known.words() + ", but this flow "
                + flow.name() + " copies " + now.words() + "; give one of the two flows another name. If it is the same"
                + " flow and its cluster was replaced, write a tombstone for the key {\"v\":1,\"kind\":\"flow\"} to "
                + flow.offsetsTopic();
    }
}
