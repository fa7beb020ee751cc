package io.replicator.mirrormaker;

import io.replicator.cluster.ClusterOpener;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.MirrorMakerConfig;
import io.replicator.positions.FlowPositions;
import io.replicator.positions.GroupPosition;
import io.replicator.positions.PositionListener;
import io.replicator.positions.RoundTime;
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
 * All that a flow writes for clients that are compatible with MirrorMaker 2, as its configuration asks for. What cannot be
 * written is logged once and tried again; nothing else waits for it. Called by the turns of
 * {@link io.replicator.positions.GroupSync}.
 */
public final class MirrorMakerRecords implements PositionListener, WrittenBefore {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorMakerRecords.class);

    /** How long a call may take: the groups' positions wait until then. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final String flow;
    private final MirrorCluster source;
    private final MirrorCluster target;
    private final Optional<OffsetSyncs> offsetSyncs;
    private final Optional<Checkpoints> checkpoints;
    private final Optional<Heartbeats> heartbeats;

    public MirrorMakerRecords(FlowConfig flow) {
        this(flow, KafkaCluster::openLater);
    }

    /**
     * @param opener opens both clusters; what is wrong with a cluster may show only later
     */
    public MirrorMakerRecords(FlowConfig flow, ClusterOpener opener) {
        MirrorMakerConfig config = flow.positions().mirrorMaker();
        this.flow = flow.name();
        this.source = new MirrorCluster(flow, flow.source(), opener, TIMEOUT);
        this.target = new MirrorCluster(flow, flow.target(), opener, TIMEOUT);
        this.offsetSyncs = config.offsetSyncs() ? Optional.of(new OffsetSyncs(flow, source, target)) : Optional.empty();
        this.checkpoints = config.checkpoints() ? Optional.of(new Checkpoints(flow, target)) : Optional.empty();
        this.heartbeats = config.heartbeats() ? Optional.of(new Heartbeats(flow, source, target)) : Optional.empty();
    }

    /**
     * The positions that were written according to the checkpoints; none where the flow writes no checkpoints.
     *
     * @throws UnavailableException when they cannot be read
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
                    "{}; the positions that were written before are not known: a group that moves back on the source is not"
                            + " followed until its position was written again flow={}",
                    unavailable.getMessage(),
                    flow);
            return List.of();
        }
    }

    @Override
    public void round(FlowPositions positions, List<GroupPosition> groups, RoundTime now) throws InterruptedException {
        if (offsetSyncs.isPresent()) {
            offsetSyncs.get().round(positions, now);
        }
        if (checkpoints.isPresent()) {
            checkpoints.get().round(positions, groups, now);
        }
    }

    @Override
    public long turn(RoundTime now) throws InterruptedException {
        return heartbeats.isPresent() ? heartbeats.get().runDue(now) : PositionListener.super.turn(now);
    }

    /** What cannot be written and why, for a person; empty when everything can. Any thread. */
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
