package io.replicator.delivery;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.partition.Fault;
import io.replicator.partition.Remedy;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ProducerIdCall;
import io.replicator.wire.TransactionCoordinator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The producer id and epoch of one shard. Asked for when it is first needed and again when the epoch must be
 * renewed; each grant begins the sequences of all partitions anew.
 *
 * <pre>
 *   missing --> given --> put on record by the control plane --> granted      with a transactional id
 *   missing --> granted                                                       anonymous
 * </pre>
 *
 * <p>A renewal must wait until no batch of the shard is of unknown fate: sent again under a new epoch, a batch that had
 * been written after all would stand there twice. It names the epoch that it is to follow (KIP-360), so that it does not
 * take the shard from an owner who came in between; then what was fenced and recovered before stays so.
 *
 * <p>The last epochs of a producer id are not written with. Whoever comes after them is given another producer id, whose
 * markers fence nobody who writes with this one: so they only fence those before them, and are given back. They are several
 * because an owner may die, or lose the shard, before its fence stands.
 */
public final class ProducerIdentity implements ProducerIdCall.Listener {
    /** Kafka's coordinator gives no later one (TransactionMetadata). */
    static final short LAST_EPOCH = Short.MAX_VALUE - 1;

    /** From here on epochs are for fencing only. */
    static final short FIRST_FENCING_EPOCH = LAST_EPOCH - 15;

    private static final Backoff BACKOFF = Backoff.ofMillis(100, 10_000);

    /** Coordinators forget a transactional id that nobody used for a week, and then a later owner's marker fences nobody. */
    private static final long USED_AGAIN_NANOS = TimeUnit.DAYS.toNanos(1);

    private enum State {
        MISSING,
        GIVEN,
        GRANTED,
        /** Granted to fence with, not to write with. */
        FENCES,
        TAKEN
    }

    private final int shard;
    private final String name;
    private final Optional<TransactionCoordinator> coordinator;
    private final ProducerIdCall call;
    private final Retry retry;

    private State state = State.MISSING;
    private long producerId = ProducerIdCall.NO_PRODUCER_ID;
    private short epoch = -1;
    private Grant grant;
    private Set<Long> producerIds = Set.of();

    // What was given, on record or not.
    private long givenProducerId = ProducerIdCall.NO_PRODUCER_ID;
    private short givenEpoch = -1;
    private boolean givenFollows;
    private int given;

    private int grants;
    private boolean follows;
    private int unresolvedBatches;
    private long grantedNanos;
    private Fault fault;
    private String why = "";

    /**
     * @param shard the shard
     * @param transactionalId whose earlier owners the grant fences; empty for an anonymous identity
     */
    public ProducerIdentity(int shard, Optional<String> transactionalId, ClusterView target, RandomGenerator random) {
        this.shard = shard;
        this.name = transactionalId.map(id -> "transactional id " + id).orElse("a producer id");
        this.coordinator = transactionalId.map(id -> new TransactionCoordinator(target, id));
        this.call = new ProducerIdCall(target, coordinator, this);
        this.retry = new Retry(BACKOFF.withJitter(random));
    }

    public int shard() {
        return shard;
    }

    /** Of the transactional id; empty for an anonymous identity, which fences nobody. */
    public Optional<TransactionCoordinator> coordinator() {
        return coordinator;
    }

    /** Whether batches may be written under it. */
    public boolean isGranted() {
        return state == State.GRANTED;
    }

    /** Whether earlier owners may be fenced with it. */
    public boolean mayFence() {
        return state == State.GRANTED || state == State.FENCES;
    }

    /** Whether it is good for fencing only: to be given back when that is done. */
    public boolean onlyFences() {
        return state == State.FENCES;
    }

    /** Of the latest grant, also while another one is asked for. */
    public long producerId() {
        return producerId;
    }

    public short epoch() {
        return epoch;
    }

    /** The latest grant; {@code null} before the first, and of an anonymous identity. */
    public Grant grant() {
        return grant;
    }

    /** All that ever wrote for the shard, as of the latest grant. */
    public Set<Long> producerIds() {
        return producerIds;
    }

    /** Counts the grants: sequences that were given under an earlier one mean nothing any more. */
    public int grants() {
        return grants;
    }

    /** Whether nobody else was granted anything between the latest grant and the one before it. */
    public boolean follows() {
        return follows;
    }

    /** Counts what was given, and is to be put on record. */
    public int given() {
        return given;
    }

    /** What was given last. */
    public Grant givenGrant() {
        return new Grant(shard, givenProducerId, givenEpoch);
    }

    /** Whether another owner has taken the shard, so that nothing may be written any more. */
    public boolean isTaken() {
        return state == State.TAKEN;
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

    /** Whether a batch was sent whose fate is open. */
    public boolean hasUnresolved() {
        return unresolvedBatches > 0;
    }

    /** The sequences are lost: nothing more is written under this epoch. */
    public void renew() {
        if (mayFence()) {
            state = State.MISSING;
        }
    }

    /** Of a grant that only fences: done. The next ones come to another producer id in the end. */
    public void giveBack() {
        if (state == State.FENCES) {
            state = State.MISSING;
            givenProducerId = ProducerIdCall.NO_PRODUCER_ID;
            givenEpoch = -1;
        }
    }

    /** Another owner wrote with a later epoch. */
    public void taken() {
        state = State.TAKEN;
    }

    /**
     * Asks for a grant when one is missing and may be asked for.
     *
     * @param isFencing whether a transaction is under way: a new epoch would end it, and be another one than expected
     * @return how much was done
     */
    public int poll(boolean isFencing, long nowNanos) {
        if (state == State.GRANTED && coordinator.isPresent() && nowNanos - grantedNanos > USED_AGAIN_NANOS) {
            renew();
        }
        boolean mayAsk = state == State.MISSING && unresolvedBatches == 0 && !isFencing && !call.isAsking();
        if (!mayAsk || !retry.isDue(nowNanos)) {
            return 0;
        }
        return call.ask(coordinator.isPresent() ? givenProducerId : ProducerIdCall.NO_PRODUCER_ID, givenEpoch, nowNanos)
                ? 1
                : 0;
    }

    @Override
    public void granted(long newProducerId, short newEpoch, boolean isNext, long nowNanos) {
        if (state != State.MISSING) {
            return;
        }
        givenProducerId = newProducerId;
        givenEpoch = newEpoch;
        if (isNext && newEpoch >= FIRST_FENCING_EPOCH) {
            // Those that follow come to another producer id in the end, and are still ours.
            return;
        }
        givenFollows = isNext;
        given++;
        state = State.GIVEN;
        grantedNanos = nowNanos;
        fault = null;
        why = "";
        retry.succeeded();
        if (coordinator.isEmpty()) {
            givenFollows = true;
            granted(Set.of());
        }
    }

    /** What was given is on record; anything that was given earlier means nothing any more. */
    public void registered(Grant recorded, Set<Long> allProducerIds) {
        if (state == State.GIVEN && recorded.equals(givenGrant())) {
            grant = recorded;
            granted(allProducerIds);
        }
    }

    private void granted(Set<Long> allProducerIds) {
        producerId = givenProducerId;
        epoch = givenEpoch;
        // A grant that nobody was told of followed the one before it all the same, or did not.
        follows = givenFollows;
        producerIds = allProducerIds;
        grants++;
        boolean onlyFences = epoch >= FIRST_FENCING_EPOCH && coordinator.isPresent() && !follows;
        state = onlyFences ? State.FENCES : State.GRANTED;
    }

    @Override
    public void refused(Fault newFault, String newWhy, long nowNanos) {
        boolean isRenewal = coordinator.isPresent() && givenProducerId != ProducerIdCall.NO_PRODUCER_ID;
        if (isRenewal && (newFault == Fault.FENCED || newFault == Fault.SEQUENCE_LOST)) {
            taken();
            return;
        }
        // A first grant is asked for again: it is the grant itself that decides who owns the shard.
        fault = newFault.remedy() == Remedy.GIVE_UP_SHARD ? Fault.TARGET_BROKER_ERROR : newFault;
        why = newWhy;
        retry.failed(nowNanos);
    }
}
