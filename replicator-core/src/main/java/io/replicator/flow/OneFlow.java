package io.replicator.flow;

import io.replicator.config.FlowConfig;
import io.replicator.offsets.FlowEnds;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.SavedState;
import io.replicator.topics.ClusterGate;
import io.replicator.topics.RefusedException;

/** Makes sure that the progress on the target is that of this flow: of the same source, saved to the same target. */
final class OneFlow {
    private OneFlow() {}

    /**
     * Compares what is on record with the clusters as they are, and puts it on record where nothing is.
     *
     * @throws RefusedException when the progress is that of a flow between other clusters
     */
    static void check(FlowConfig flow, ClusterGate gate, SavedState saved, OffsetLog log) throws InterruptedException {
        FlowEnds now = new FlowEnds(
                flow.source().name(), gate.sourceId(), flow.target().name(), gate.targetId());
        if (saved.ends().isEmpty()) {
            log.save(now);
        } else if (!saved.ends().get().areThoseOf(now)) {
            throw new RefusedException(refusal(flow, saved.ends().get(), now));
        }
    }

    private static String refusal(FlowConfig flow, FlowEnds known, FlowEnds now) {
        return "the progress in " + flow.offsetsTopic() + " is that of a flow " + known.words() + ", but this flow "
                + flow.name() + " copies " + now.words() + "; give one of the two flows another name. If it is the same"
                + " flow and its cluster was replaced, write a tombstone for the key {\"v\":1,\"kind\":\"flow\"} to "
                + flow.offsetsTopic();
    }
}
