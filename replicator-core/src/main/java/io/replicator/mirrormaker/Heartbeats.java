package io.replicator.mirrormaker;

import io.replicator.config.FlowConfig;
import io.replicator.naming.MirrorMakerTopics;
import io.replicator.positions.RoundTime;
import java.util.List;

/**
 * Heartbeats. MirrorMaker 2 writes them to the target of a flow. It also writes them to the source, for the flow of the
 * opposite direction, which it starts even where nothing is copied back: those are copied to the target like all records,
 * and show that the flow copies. So both are written here. One thread.
 */
final class Heartbeats {
    private final String source;
    private final String target;
    private final long intervalNanos;
    private final MirrorTopic onTarget;
    private final MirrorTopic onSource;
    private boolean hasStarted;
    private long dueNanos;

    Heartbeats(FlowConfig flow, MirrorCluster source, MirrorCluster target) {
        MirrorMakerTopics topics = new MirrorMakerTopics(flow);
        this.source = flow.source().name();
        this.target = flow.target().name();
        this.intervalNanos = flow.positions().mirrorMaker().heartbeatsInterval().toNanos();
        this.onTarget = new MirrorTopic(flow.name(), target, topics.heartbeats(), "the flow's heartbeats");
        this.onSource = new MirrorTopic(
                flow.name(), source, topics.heartbeats(), "heartbeats that are copied like all records");
    }

    /** Writes the heartbeats if they are due; returns when the next ones are, as the process counts time. */
    long runDue(RoundTime now) throws InterruptedException {
        if (!hasStarted) {
            hasStarted = true;
            dueNanos = now.nanos();
        }
        if (now.nanos() - dueNanos >= 0) {
            onTarget.write(List.of(new Heartbeat(source, target, now.millis())), now);
            onSource.write(List.of(new Heartbeat(target, source, now.millis())), now);
            // Where writing takes longer than the interval, none are written to catch up.
            long missed = (now.nanos() - dueNanos) / intervalNanos;
            dueNanos += (missed + 1) * intervalNanos;
        }
        return dueNanos;
    }

    List<String> troubles() {
        return List.of(onTarget.trouble(), onSource.trouble());
    }
}
