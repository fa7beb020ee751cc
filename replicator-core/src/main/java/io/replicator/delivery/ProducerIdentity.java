package io.replicator.delivery;

import io.replicator.partition.Fault;
import io.replicator.partition.Remedy;
import io.replicator.wire.Backoff;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ProducerIdCall;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The producer id and epoch of one partition group. Asked for when it is first needed and again when the epoch must be
 * renewed; each grant begins the sequences of all partitions anew.
 *
 * <p>A renewal must wait until no batch of the group is of unknown fate: sent again under a new epoch, a batch that had
 * been written after all would stand there twice.
 */
public final class ProducerIdentity implements ProducerIdCall.Listener {
    private static final long FIRST_BACKOFF_MILLIS = 100;
    private static final long MOST_BACKOFF_MILLIS = 10_000;

    private final int group;
    private final String name;
    private final ProducerIdCall call;
    private final Backoff backoff;

    private long producerId = -1;
    private short epoch = -1;
    private boolean granted;
    private boolean lost;
    private boolean failedForGood;
    private int grants;
    private int unresolvedBatches;
    private long notBeforeNanos;
    private Fault fault;
    private String why = "";

    /**
     * @param group the partition group
     * @param transactionalId whose earlier owners the grant fences; empty for an anonymous identity
     */
    public ProducerIdentity(int group, Optional<String> transactionalId, ClusterView target, RandomGenerator random) {
        this.group = group;
        this.name = transactionalId.map(id -> "transactional id " + id).orElse("a producer id");
        this.call = new ProducerIdCall(target, transactionalId, this);
        this.backoff = new Backoff(FIRST_BACKOFF_MILLIS, MOST_BACKOFF_MILLIS, random);
    }

    public int group() {
        return group;
    }

    public boolean isGranted() {
        return granted;
    }

    public long producerId() {
        return producerId;
    }

    public short epoch() {
        return epoch;
    }

    /** Counts the grants: sequences that were given under an earlier one mean nothing any more. */
    public int grants() {
        return grants;
    }

    /** Whether another owner has taken the group, so that nothing may be written any more. */
    public boolean isTaken() {
        return failedForGood;
    }

    /** Why the identity is not granted; empty while there is nothing to say. */
    public Optional<Fault> fault() {
        return Optional.ofNullable(fault);
    }

    /** The same in the broker's words. */
    public String why() {
        return why;
    }

    /** What is asked for, in words. */
    public String name() {
        return name;
    }

    /** A batch was sent under this identity and its fate is open. */
    public void sent() {
        unresolvedBatches++;
    }

    /** The fate of a batch is known. */
    public void resolved() {
        unresolvedBatches--;
    }

    /** The sequences are lost: nothing more is written under this epoch. */
    public void renew() {
        if (granted) {
            granted = false;
            lost = true;
        }
    }

    /** Another owner wrote with a later epoch. */
    public void taken() {
        granted = false;
        failedForGood = true;
    }

    /**
     * Asks for a grant when one is missing and may be asked for.
     *
     * @return how much was done
     */
    public int poll(long nowNanos) {
        if (granted || failedForGood || call.isAsking() || (notBeforeNanos != 0 && nowNanos - notBeforeNanos < 0)) {
            return 0;
        }
        if (lost && unresolvedBatches > 0) {
            return 0;
        }
        return call.ask() ? 1 : 0;
    }

    @Override
    public void granted(long newProducerId, short newEpoch, long nowNanos) {
        producerId = newProducerId;
        epoch = newEpoch;
        granted = true;
        lost = false;
        grants++;
        fault = null;
        why = "";
        notBeforeNanos = 0;
        backoff.reset();
    }

    @Override
    public void refused(Fault newFault, String newWhy, long nowNanos) {
        // A fenced identity is asked for again: it is the grant itself that decides who owns the group.
        fault = newFault.remedy() == Remedy.GIVE_UP_GROUP ? Fault.TARGET_BROKER_ERROR : newFault;
        why = newWhy;
        notBeforeNanos = nowNanos + backoff.nextNanos();
    }
}
