package io.replicator.flow;

import io.replicator.cluster.ClusterOpener;
import io.replicator.config.FlowConfig;
import io.replicator.mirrormaker.MirrorMakerRecords;
import io.replicator.positions.GroupSync;
import io.replicator.positions.GroupsStatus;
import io.replicator.positions.PositionListener;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the keepers of a flow's consumer groups, with MirrorMaker 2's records beside them, and says how the groups look. The
 * control thread opens keepers; any thread may read the status.
 */
final class FlowGroups implements GroupKeeper.Opener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowGroups.class);
    private static final long NEVER_NANOS = Long.MAX_VALUE / 2;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(8);

    private final FlowConfig config;
    private final ClusterOpener clusters;
    private final Runnable alive;
    private final Set<Keeper> open = ConcurrentHashMap.newKeySet();

    /** The keeper of the present term. */
    private volatile Optional<Keeper> current = Optional.empty();

    /** @param alive called from time to time during a long turn */
    FlowGroups(FlowConfig config, ClusterOpener clusters, Runnable alive) {
        this.config = config;
        this.clusters = clusters;
        this.alive = alive;
    }

    @Override
    public boolean isWanted() {
        return GroupSync.isWanted(config.positions());
    }

    @Override
    public GroupKeeper open() {
        Keeper keeper = new Keeper();
        open.add(keeper);
        current = Optional.of(keeper);
        return keeper;
    }

    /** Consumer groups' positions as they were last looked at, if this instance looks after them. */
    GroupsStatus status() {
        return current.map(Keeper::status).orElse(GroupsStatus.NONE);
    }

    /** Closes what is still open, once no call is made any more. */
    @Override
    public void close() {
        open.forEach(Keeper::close);
    }

    private final class Keeper implements GroupKeeper {
        private final GroupSync sync = new GroupSync(
                config, clusters, CALL_TIMEOUT, () -> this.records.orElseThrow(), this::openRecords, this::progressed);

        /** Written by calls. */
        private volatile Optional<MirrorMakerRecords> records = Optional.empty();

        private volatile String death = "";

        private volatile boolean isStopped;

        /** Again when a cluster did not answer; the sync closes what it was given last. */
        private PositionListener openRecords() {
            records.ifPresent(MirrorMakerRecords::close);
            MirrorMakerRecords opened = new MirrorMakerRecords(config);
            records = Optional.of(opened);
            return opened;
        }

        private void progressed() {
            alive.run();
            if (isStopped) {
                throw new IllegalStateException("another instance keeps the positions now");
            }
        }

        @Override
        public long turn(long nowNanos) throws InterruptedException {
            try {
                return sync.turn(nowNanos, System.currentTimeMillis());
            } catch (RuntimeException | OutOfMemoryError failure) {
                // The records are copied all the same. What a turn fails with after the term is over is no bug.
                if (!isStopped) {
                    LOG.error("groups' positions are no longer kept up to date flow={}", config.name(), failure);
                    death = "internal error: " + failure + "; start the daemon again";
                }
                return nowNanos + NEVER_NANOS;
            }
        }

        @Override
        public void stop() {
            sync.closing();
            isStopped = true;
            if (current.equals(Optional.of(this))) {
                current = Optional.empty();
            }
        }

        @Override
        public void close() {
            if (open.remove(this)) {
                try {
                    sync.close();
                } catch (RuntimeException failure) {
                    LOG.warn("clients of groups' positions were not closed flow={}", config.name(), failure);
                }
            }
        }

        private GroupsStatus status() {
            GroupsStatus last = sync.status();
            GroupsStatus status =
                    death.isEmpty() ? last : new GroupsStatus(last.positions(), death, last.lookedAtMillis());
            String trouble =
                    records.map(each -> String.join("; ", each.troubles())).orElse("");
            return trouble.isEmpty()
                    ? status
                    : new GroupsStatus(
                            status.positions(),
                            status.trouble().isEmpty() ? trouble : status.trouble() + "; " + trouble,
                            status.lookedAtMillis());
        }
    }
}
