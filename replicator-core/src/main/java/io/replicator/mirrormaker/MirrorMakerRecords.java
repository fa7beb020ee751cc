package io.replicator.mirrormaker;

import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.MirrorMakerConfig;
import io.replicator.positions.FlowPositions;
import io.replicator.positions.GroupPosition;
import io.replicator.positions.PositionListener;
import io.replicator.positions.Written;
import io.replicator.positions.WrittenBefore;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a flow writes for MirrorMaker 2's friends, as its configuration asks for. Whatever cannot be written is said
 * once and tried again; nothing else waits for it. The thread that keeps the groups' positions.
 */
public final class MirrorMakerRecords implements PositionListener, WrittenBefore {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorMakerRecords.class);

    /** How long a cluster may take: the groups' positions wait meanwhile. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final String flow;
    private final MirrorCluster source;
    private final MirrorCluster target;
    private final Optional<OffsetSyncs> offsetSyncs;
    private final Optional<Checkpoints> checkpoints;
    private final Optional<Heartbeats> heartbeats;

    public MirrorMakerRecords(FlowConfig flow) {
        MirrorMakerConfig config = flow.positions().mirrorMaker();
        this.flow = flow.name();
        this.source = new MirrorCluster(flow, flow.source(), TIMEOUT);
        this.target = new MirrorCluster(flow, flow.target(), TIMEOUT);
        this.offsetSyncs = config.offsetSyncs() ? Optional.of(new OffsetSyncs(flow, source, target)) : Optional.empty();
        this.checkpoints = config.checkpoints() ? Optional.of(new Checkpoints(flow, target)) : Optional.empty();
        this.heartbeats = config.heartbeats()
                ? Optional.of(new Heartbeats(flow, source, target, System.nanoTime()))
                : Optional.empty();
    }

    /**
     * The positions that the checkpoints say were carried over; nothing where none are kept.
     *
     * @throws UnavailableException when the target does not say
     */
    @Override
    public Map<Place, Written> read() throws InterruptedException {
        Map<Place, Written> written = new HashMap<>();
        for (Checkpoint checkpoint : readCheckpoints()) {
            written.put(
                    new Place(checkpoint.group(), checkpoint.target()),
                    new Written(checkpoint.sourceOffset(), checkpoint.targetOffset(), false));
        }
        return written;
    }

    private Collection<Checkpoint> readCheckpoints() throws InterruptedException {
        try {
            return checkpoints.isPresent() ? checkpoints.get().read() : List.of();
        } catch (UnavailableException unavailable) {
            if (unavailable.reason() != UnavailableException.Reason.DENIED) {
                throw unavailable;
            }
            LOG.warn(
                    "{}; which positions were carried over before is not known: a group that goes back on the source is not"
                            + " followed until it was carried over again flow={}",
                    unavailable.getMessage(),
                    flow);
            return List.of();
        }
    }

    @Override
    public void round(FlowPositions positions, List<GroupPosition> groups) throws InterruptedException {
        if (offsetSyncs.isPresent()) {
            offsetSyncs.get().round(positions);
        }
        if (checkpoints.isPresent()) {
            checkpoints.get().round(positions, groups);
        }
    }

    @Override
    public long turn(long nowNanos) throws InterruptedException {
        return heartbeats.isPresent() ? heartbeats.get().runDue(nowNanos) : PositionListener.super.turn(nowNanos);
    }

    /** What cannot be written and why, for a person; empty when all is well. Any thread. */
    public List<String> troubles() {
        return Stream.of(
                        offsetSyncs.map(OffsetSyncs::trouble).stream(),
                        checkpoints.map(Checkpoints::trouble).stream(),
                        heartbeats.map(Heartbeats::troubles).stream().flatMap(List::stream))
                .flatMap(each -> each)
                .filter(words -> !words.isEmpty())
                .toList();
    }

    @Override
    public void close() {
        try {
            target.close();
        } finally {
            source.close();
        }
    }
}
