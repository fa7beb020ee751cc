package io.replicator.config;

import io.replicator.Require;
import java.time.Duration;
import java.util.List;

/**
 * What a flow does about positions: how much it remembers of where records stand, and for whom.
 *
 * @param groups consumer groups
 * @param mirrorMaker MirrorMaker 2's records
 * @param maxRuns how many runs of a partition are kept; beyond that the oldest are coarsened
 */
public record PositionsConfig(GroupsConfig groups, MirrorMakerConfig mirrorMaker, int maxRuns) {
    /** What a flow keeps that does not say otherwise: 2.4 MB of a partition that is nothing but holes. */
    public static final int DEFAULT_MAX_RUNS = 100_000;

    /** A few chunks: with less the part that is still exact would be hardly worth its name. */
    private static final int MIN_RUNS = 256;

    private static final int MAX_RUNS = 10_000_000;

    /** No group is looked at, and nothing is written for MirrorMaker 2's friends. */
    public static final PositionsConfig NONE = new PositionsConfig(
            new GroupsConfig(List.of(), List.of(), "{group}", false, Duration.ofSeconds(5), GroupDeletion.LEAVE),
            new MirrorMakerConfig(false, MirrorMakerConfig.Side.SOURCE, false, false, Duration.ofSeconds(1)),
            DEFAULT_MAX_RUNS);

    public PositionsConfig {
        Require.that(
                maxRuns >= MIN_RUNS && maxRuns <= MAX_RUNS,
                "offset-map.max-runs",
                maxRuns,
                "must be " + MIN_RUNS + " to " + MAX_RUNS);
    }
}
