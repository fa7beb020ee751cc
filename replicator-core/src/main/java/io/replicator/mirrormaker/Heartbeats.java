package io.replicator.mirrormaker;

import io.replicator.config.FlowConfig;
import io.replicator.naming.MirrorMakerTopics;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Signs of life. MirrorMaker 2 writes them to the target of a flow, and for a flow's way back, which it starts even where
 * nothing is copied back, to the source: those come to the target with everything else, and tell that records do. So both
 * are written here. One thread.
 */
final class Heartbeats {
    private final String source;
    private final String target;
    private final long intervalNanos;
    private final MirrorTopic onTarget;
    private final MirrorTopic onSource;
    private long dueNanos;

    Heartbeats(FlowConfig flow, MirrorCluster source, MirrorCluster target, long nowNanos) {
        MirrorMakerTopics topics = new MirrorMakerTopics(flow);
        this.source = flow.source().name();
        this.target = flow.target().name();
        this.intervalNanos = flow.positions().mirrorMaker().heartbeatsInterval().toNanos();
        this.onTarget = new MirrorTopic(flow.name(), target, topics.heartbeats(), "the flow's heartbeats");
        this.onSource = new MirrorTopic(
                flow.name(), source, topics.heartbeats(), "heartbeats that are copied with everything else");
        this.dueNanos = nowNanos;
    }

    /** Writes what is due; returns when something will be, as the process counts time. */
    long runDue(long nowNanos) throws InterruptedException {
        if (nowNanos - dueNanos >= 0) {
            long nowMillis = System.currentTimeMillis();
            onTarget.write(List.of(new Heartbeat(source, target, nowMillis)), nowMillis);
            onSource.write(List.of(new Heartbeat(target, source, nowMillis)), nowMillis);
            // Where writing took longer than the interval, none are written to make up for it.
            dueNanos = Math.max(dueNanos + intervalNanos, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1));
        }
        return dueNanos;
    }

    List<String> troubles() {
        return List.of(onTarget.trouble(), onSource.trouble());
    }
}
