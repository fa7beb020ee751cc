package io.replicator.config;

import io.replicator.Require;
import java.time.Duration;

/**
 * Which of MirrorMaker 2's records a flow writes, byte by byte as MirrorMaker 2 does, for the programs that read them.
 *
 * @param offsetSyncs whether it writes {@code mm2-offset-syncs.*.internal}
 * @param offsetSyncsAt on which cluster ({@code offset-syncs.topic.location}, KIP-716)
 * @param checkpoints whether it writes {@code <source>.checkpoints.internal} on the target
 * @param heartbeats whether it writes {@code heartbeats} on both clusters, and copies the source's
 * @param heartbeatsInterval how often
 */
public record MirrorMakerConfig(
        boolean offsetSyncs, Side offsetSyncsAt, boolean checkpoints, boolean heartbeats, Duration heartbeatsInterval) {
    private static final Duration MIN_INTERVAL = Duration.ofMillis(100);

    /** One of a flow's two clusters. */
    public enum Side {
        SOURCE,
        TARGET
    }

    public MirrorMakerConfig {
        Require.that(
                heartbeatsInterval.compareTo(MIN_INTERVAL) >= 0,
                "mirrormaker.heartbeats-interval",
                heartbeatsInterval,
                "must be at least 100 ms");
    }
}
