package io.replicator.produce;

import io.replicator.delivery.Grant;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.produce.PartitionWindow.OpenTransaction;
import java.util.Set;

/** Of a shard that is written at least once: a producer id of nobody in particular, which fences nobody. */
final class AnonymousWriter implements ShardWriter {
    private final String cluster;
    private final ProducerIdentity identity;
    private final ShardWindows windows;
    private int toldGrants;
    private int toldGiven;

    /** @param cluster the target's name */
    AnonymousWriter(String cluster, ProducerIdentity identity, ShardWindows windows) {
        this.cluster = cluster;
        this.identity = identity;
        this.windows = windows;
    }

    @Override
    public ProducerIdentity identity() {
        return identity;
    }

    @Override
    public DeliveryMode mode() {
        return DeliveryMode.ANONYMOUS;
    }

    @Override
    public OpenTransaction transaction() {
        return null;
    }

    @Override
    public void added(PartitionWindow window) {
        // It is written as soon as the identity is granted.
    }

    @Override
    public void removed(PartitionWindow window) {
        // Nobody else knows of it.
    }

    @Override
    public void fence(PartitionRecovery recovery) {
        throw new IllegalStateException("shard " + identity.shard() + " has nothing to fence with");
    }

    @Override
    public void registered(Grant grant, Set<Long> producerIds) {
        identity.registered(grant, producerIds);
    }

    @Override
    public void hurry() {
        // What is acknowledged is visible.
    }

    @Override
    public void wakeUp() {
        // Several may write at least once.
    }

    @Override
    public void forget() {
        // The identity goes with its windows.
    }

    @Override
    public long waitNanos(long mostNanos, long nowNanos) {
        return mostNanos;
    }

    @Override
    public int poll(long nowNanos) {
        int work = identity.poll(false, nowNanos);
        if (identity.given() != toldGiven) {
            toldGiven = identity.given();
            work++;
        }
        if (identity.grants() != toldGrants) {
            toldGrants = identity.grants();
            windows.alive().forEach(window -> windows.goOn(window, nowNanos));
            work++;
        } else if (identity.isTaken()) {
            work += windows.end(this::taken, nowNanos);
        } else if (!identity.isGranted() && windows.takeTurnToTell(nowNanos)) {
            identity.fault()
                    .ifPresent(fault -> windows.tell(
                            TargetTrouble.noAnonymousIdentity(cluster, fault, identity.name(), identity.why())));
        }
        return work;
    }

    /** The control plane is not told, so it does not take the shard back either. */
    private Health taken(PartitionWindow window) {
        return TargetTrouble.of(
                cluster, window.partition(), Fault.FENCED, window.map().position(), 0, "");
    }
}
