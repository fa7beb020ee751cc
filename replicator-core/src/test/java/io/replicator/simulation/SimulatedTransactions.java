package io.replicator.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * The transaction coordinators of a cluster, as Kafka's {@code TransactionCoordinator} and {@code TransactionMetadata} do
 * it: identities with epochs, transactions of protocol 1, and markers that reach each partition in their own time.
 */
final class SimulatedTransactions {
    private static final short LAST_CLIENT_VERSION_OF_ADD = 3;
    private static final short LAST_VERSION_THAT_KEEPS_THE_EPOCH = 4;
    private static final short FIRST_VERSION_THAT_SAYS_FENCED = 2;

    /** The broker hands out no epoch above; the last one is kept for fencing. */
    private static final short LAST_EPOCH = Short.MAX_VALUE - 1;

    private static final long FIRST_PRODUCER_ID = 1_000;

    /** A transaction that its owner does not end is aborted by the coordinator. */
    private static final long TRANSACTION_TIMEOUT_MILLIS = 60_000;

    private final SimulatedCluster cluster;
    private final Faults faults;
    private final Trace trace;
    private final Map<String, Identity> identities = new HashMap<>();
    private final List<Marker> markers = new ArrayList<>();

    /** Producer ids that transactional ids were ever given. */
    private final Set<Long> givenProducerIds = new TreeSet<>();

    private long nextProducerId = FIRST_PRODUCER_ID;

    /** A coordinator that is broken on purpose: it aborts what it says is committed. */
    boolean losesCommits;

    /** Of an identity that is new. */
    private short firstEpoch;

    private int moves;
    private int coordinatorEpoch;

    private enum State {
        EMPTY,
        ONGOING,
        PREPARE_COMMIT,
        PREPARE_ABORT,
        COMPLETE_COMMIT,
        COMPLETE_ABORT
    }

    /** What is known of one transactional id. */
    private static final class Identity {
        final String transactionalId;
        long producerId = RecordBatch.NO_PRODUCER_ID;
        short epoch = RecordBatch.NO_PRODUCER_EPOCH;

        // What its owner had before, if nobody came in between (KIP-360).
        long lastProducerId = RecordBatch.NO_PRODUCER_ID;
        short lastEpoch = RecordBatch.NO_PRODUCER_EPOCH;

        State state = State.EMPTY;
        final Set<SimulatedPartition> partitions = new LinkedHashSet<>();
        long timesOutMillis;

        Identity(String transactionalId) {
            this.transactionalId = transactionalId;
        }
    }

    /** A marker on its way to one partition, until it is safe there. */
    private static final class Marker {
        final Identity identity;
        final SimulatedPartition partition;
        final long producerId;
        final short epoch;
        final boolean commits;
        final int coordinatorEpoch;
        long notBeforeMillis;
        long safeAt = -1;
        int truncations;

        Marker(Identity identity, SimulatedPartition partition, int coordinatorEpoch, long notBeforeMillis) {
            this.identity = identity;
            this.partition = partition;
            this.producerId = identity.producerId;
            this.epoch = identity.epoch;
            this.commits = identity.state == State.PREPARE_COMMIT;
            this.coordinatorEpoch = coordinatorEpoch;
            this.notBeforeMillis = notBeforeMillis;
        }
    }

    SimulatedTransactions(SimulatedCluster cluster, Faults faults, Trace trace) {
        this.cluster = cluster;
        this.faults = faults;
        this.trace = trace;
    }

    /** From now on a new identity begins with that epoch, as if it had had so many owners. */
    void beginsWith(short epoch) {
        firstEpoch = epoch;
    }

    /** Whether a transactional id was ever given that producer id. */
    boolean gave(long producerId) {
        return givenProducerIds.contains(producerId);
    }

    /**
     * How the coordinator decided the transaction that a producer has open in some partition; empty while it has not. A
     * decision is for good, markers only tell it.
     */
    Optional<Boolean> isCommitted(long producerId) {
        for (Identity identity : identities.values()) {
            if (identity.producerId == producerId && identity.state == State.PREPARE_COMMIT) {
                return Optional.of(true);
            }
            if (identity.producerId == producerId && identity.state == State.PREPARE_ABORT) {
                return Optional.of(false);
            }
        }
        return Optional.empty();
    }

    /** Whether a partition is part of a transaction that is open: what brokers ask before they append (KIP-890). */
    boolean isOpen(String transactionalId, long producerId, short epoch, SimulatedPartition partition) {
        Identity identity = identities.get(transactionalId);
        return identity != null
                && identity.producerId == producerId
                && identity.epoch == epoch
                && identity.state == State.ONGOING
                && identity.partitions.contains(partition);
    }

    /** A transactional id that nobody used for long is forgotten, and with it its producer id. */
    void expire(String transactionalId) {
        Identity identity = identities.get(transactionalId);
        boolean mayExpire = identity != null
                && (identity.state == State.EMPTY
                        || identity.state == State.COMPLETE_ABORT
                        || identity.state == State.COMPLETE_COMMIT);
        if (mayExpire) {
            trace.say(cluster, "forgets", transactionalId);
            identities.remove(transactionalId);
        }
    }

    /** The broker that coordinates a transactional id. */
    int coordinator(String transactionalId) {
        int broker = moves == 0 ? cluster.brokers() - 1 : transactionalId.hashCode() + moves;
        return Math.floorMod(broker, cluster.brokers());
    }

    /** Other brokers take over; markers that the former ones have sent may still arrive. */
    void move() {
        moves++;
        coordinatorEpoch++;
        trace.say(cluster, "transaction coordinators move, epoch", coordinatorEpoch);
        List<Marker> former = List.copyOf(markers);
        markers.clear();
        for (Marker marker : former) {
            boolean isLate = marker.safeAt < 0 && faults.pick(2) == 0;
            if (isLate) {
                markers.add(marker);
            }
        }
        for (Identity identity : identities.values()) {
            if (identity.state == State.PREPARE_ABORT || identity.state == State.PREPARE_COMMIT) {
                sendMarkers(identity);
            }
        }
    }

    InitProducerIdResponseData init(int broker, InitProducerIdRequestData request) {
        InitProducerIdResponseData data = new InitProducerIdResponseData();
        String id = request.transactionalId();
        if (id == null) {
            return data.setProducerId(nextProducerId++).setProducerEpoch((short) 0);
        }
        Identity identity = identities.computeIfAbsent(id, Identity::new);
        Errors error = init(broker, identity, request.producerId(), request.producerEpoch());
        if (error != Errors.NONE) {
            return data.setErrorCode(error.code());
        }
        trace.say(cluster, "grants", id, identity.producerId, "epoch", identity.epoch);
        return data.setProducerId(identity.producerId).setProducerEpoch(identity.epoch);
    }

    /**
     * @param expectedProducerId what the client had before, -1 when it takes the identity from whoever has it
     */
    private Errors init(int broker, Identity identity, long expectedProducerId, short expectedEpoch) {
        if (broker != coordinator(identity.transactionalId)) {
            return Errors.NOT_COORDINATOR;
        }
        boolean isValid = expectedProducerId < 0
                || identity.epoch < 0
                || expectedProducerId == identity.producerId
                || (expectedProducerId == identity.lastProducerId && expectedEpoch >= LAST_EPOCH);
        if (!isValid) {
            return Errors.PRODUCER_FENCED;
        }
        return switch (identity.state) {
            case PREPARE_ABORT, PREPARE_COMMIT -> Errors.CONCURRENT_TRANSACTIONS;
            case ONGOING -> {
                fence(identity);
                yield Errors.CONCURRENT_TRANSACTIONS;
            }
            case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> grant(identity, expectedProducerId >= 0, expectedEpoch);
        };
    }

    private Errors grant(Identity identity, boolean isExpecting, short expectedEpoch) {
        if (identity.producerId < 0) {
            give(identity, firstEpoch, RecordBatch.NO_PRODUCER_EPOCH);
        } else if (identity.epoch >= LAST_EPOCH && (!isExpecting || expectedEpoch == identity.epoch)) {
            give(identity, (short) 0, isExpecting ? identity.epoch : RecordBatch.NO_PRODUCER_EPOCH);
        } else if (identity.epoch >= LAST_EPOCH) {
            // Kafka's coordinator throws where it should not get to.
            return Errors.UNKNOWN_SERVER_ERROR;
        } else if (!isExpecting || expectedEpoch == identity.epoch) {
            identity.lastProducerId = identity.producerId;
            identity.lastEpoch = isExpecting ? identity.epoch : RecordBatch.NO_PRODUCER_EPOCH;
            identity.epoch++;
        } else if (expectedEpoch != identity.lastEpoch) {
            return Errors.PRODUCER_FENCED;
        }
        identity.state = State.EMPTY;
        return Errors.NONE;
    }

    private void give(Identity identity, short epoch, short lastEpoch) {
        identity.lastProducerId = identity.producerId;
        identity.lastEpoch = lastEpoch;
        identity.producerId = nextProducerId++;
        identity.epoch = epoch;
        givenProducerIds.add(identity.producerId);
    }

    /** A transaction that its owner left open is aborted under an epoch that nobody has. */
    private void fence(Identity identity) {
        identity.epoch++;
        identity.lastEpoch = RecordBatch.NO_PRODUCER_EPOCH;
        identity.state = State.PREPARE_ABORT;
        trace.say(cluster, "aborts", identity.transactionalId, "with epoch", identity.epoch);
        sendMarkers(identity);
    }

    /**
     * @param trouble of the coordinator, if there is any
     */
    AddPartitionsToTxnResponseData add(
            int broker, AddPartitionsToTxnRequestData request, short version, Errors trouble) {
        AddPartitionsToTxnResponseData data = new AddPartitionsToTxnResponseData();
        if (version > LAST_CLIENT_VERSION_OF_ADD) {
            return data.setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code());
        }
        Identity identity = identities.get(request.v3AndBelowTransactionalId());
        Errors error = trouble != Errors.NONE
                ? trouble
                : check(
                        broker,
                        identity,
                        request.v3AndBelowTransactionalId(),
                        request.v3AndBelowProducerId(),
                        request.v3AndBelowProducerEpoch(),
                        version);
        if (error == Errors.NONE && (identity.state == State.PREPARE_ABORT || identity.state == State.PREPARE_COMMIT)) {
            error = Errors.CONCURRENT_TRANSACTIONS;
        }
        List<SimulatedPartition> added = new ArrayList<>();
        SimulatedPartition unknown = null;
        boolean isKnown = true;
        for (var topic : request.v3AndBelowTopics()) {
            for (int number : topic.partitions()) {
                SimulatedPartition partition = cluster.partition(topic.name(), null, number);
                added.add(partition);
                if (partition == null || (unknown == null && faults.strike(60))) {
                    isKnown = false;
                    unknown = partition;
                }
            }
        }
        if (error == Errors.NONE && isKnown) {
            if (identity.state != State.ONGOING) {
                identity.timesOutMillis = cluster.nowMillis() + TRANSACTION_TIMEOUT_MILLIS;
            }
            identity.state = State.ONGOING;
            identity.partitions.addAll(added);
        }
        for (var topic : request.v3AndBelowTopics()) {
            var result = new AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult().setName(topic.name());
            for (int number : topic.partitions()) {
                SimulatedPartition partition = cluster.partition(topic.name(), null, number);
                Errors each = error != Errors.NONE || isKnown
                        ? error
                        : partition == unknown ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.OPERATION_NOT_ATTEMPTED;
                result.resultsByPartition()
                        .add(new AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult()
                                .setPartitionIndex(number)
                                .setPartitionErrorCode(each.code()));
            }
            data.resultsByTopicV3AndBelow().add(result);
        }
        trace.say(cluster, "adds", added, "to", request.v3AndBelowTransactionalId(), error, isKnown ? "" : "unknown");
        return data;
    }

    private Errors check(
            int broker, Identity identity, String transactionalId, long producerId, short epoch, short version) {
        if (broker != coordinator(transactionalId)) {
            return Errors.NOT_COORDINATOR;
        }
        if (identity == null || identity.producerId != producerId) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        if (identity.epoch != epoch) {
            return version >= FIRST_VERSION_THAT_SAYS_FENCED ? Errors.PRODUCER_FENCED : Errors.INVALID_PRODUCER_EPOCH;
        }
        return Errors.NONE;
    }

    /**
     * @param trouble of the coordinator, if there is any
     */
    EndTxnResponseData end(int broker, EndTxnRequestData request, short version, Errors trouble) {
        if (version > LAST_VERSION_THAT_KEEPS_THE_EPOCH) {
            throw new AssertionError("EndTxn " + version + " takes the epoch away");
        }
        Identity identity = identities.get(request.transactionalId());
        Errors error = trouble != Errors.NONE
                ? trouble
                : check(
                        broker,
                        identity,
                        request.transactionalId(),
                        request.producerId(),
                        request.producerEpoch(),
                        version);
        if (error == Errors.NONE) {
            error = end(identity, request.committed());
        }
        trace.say(cluster, "ends", request.transactionalId(), request.producerEpoch(), error);
        return new EndTxnResponseData().setErrorCode(error.code());
    }

    private Errors end(Identity identity, boolean commits) {
        return switch (identity.state) {
            case EMPTY -> Errors.INVALID_TXN_STATE;
            case ONGOING -> {
                identity.state = commits && !losesCommits ? State.PREPARE_COMMIT : State.PREPARE_ABORT;
                sendMarkers(identity);
                yield Errors.NONE;
            }
            case PREPARE_COMMIT -> commits ? Errors.CONCURRENT_TRANSACTIONS : Errors.INVALID_TXN_STATE;
            case PREPARE_ABORT -> commits ? Errors.INVALID_TXN_STATE : Errors.CONCURRENT_TRANSACTIONS;
            case COMPLETE_COMMIT -> commits ? Errors.NONE : Errors.INVALID_TXN_STATE;
            case COMPLETE_ABORT -> commits ? Errors.INVALID_TXN_STATE : Errors.NONE;
        };
    }

    private void sendMarkers(Identity identity) {
        for (SimulatedPartition partition : identity.partitions) {
            long delayMillis = faults.strike(2) ? faults.upTo(1_500) : faults.upTo(30);
            markers.add(new Marker(identity, partition, coordinatorEpoch, cluster.nowMillis() + delayMillis));
        }
        complete(identity);
    }

    /** One turn: markers that are due are written, transactions that are left alone are aborted. */
    void step() {
        if (!markers.isEmpty()) {
            deliver();
        }
        for (Identity identity : identities.values()) {
            if (identity.state == State.ONGOING && cluster.nowMillis() >= identity.timesOutMillis) {
                fence(identity);
            }
        }
    }

    private void deliver() {
        Set<Identity> touched = new LinkedHashSet<>();
        for (Iterator<Marker> each = markers.iterator(); each.hasNext(); ) {
            Marker marker = each.next();
            if (isDone(marker)) {
                each.remove();
                touched.add(marker.identity);
            }
        }
        touched.forEach(this::complete);
    }

    private boolean isDone(Marker marker) {
        SimulatedPartition partition = marker.partition;
        if (marker.safeAt >= 0) {
            boolean isLost = partition.truncations() != marker.truncations;
            if (!isLost) {
                // Written again when the answer to the first time is lost.
                boolean isRepeated = partition.highWatermark >= marker.safeAt && faults.strike(20);
                marker.safeAt = isRepeated ? -1 : marker.safeAt;
                return !isRepeated && partition.highWatermark >= marker.safeAt;
            }
            marker.safeAt = -1;
        }
        boolean isReachable = partition.leader >= 0 && cluster.isUp(partition.leader);
        if (!isReachable || (!faults.isCalm() && cluster.nowMillis() < marker.notBeforeMillis)) {
            return false;
        }
        Errors error = partition.mark(
                marker.producerId, marker.epoch, marker.commits, marker.coordinatorEpoch, cluster.nowMillis());
        trace.say(cluster, "marker", partition, marker.producerId, marker.epoch, error);
        marker.safeAt = partition.end;
        marker.truncations = partition.truncations();
        return error != Errors.NONE;
    }

    private void complete(Identity identity) {
        boolean isPrepared = identity.state == State.PREPARE_ABORT || identity.state == State.PREPARE_COMMIT;
        boolean isMarked = markers.stream()
                .noneMatch(marker -> marker.identity == identity
                        && marker.producerId == identity.producerId
                        && marker.epoch == identity.epoch
                        && marker.coordinatorEpoch == coordinatorEpoch);
        if (isPrepared && isMarked) {
            identity.state = identity.state == State.PREPARE_COMMIT ? State.COMPLETE_COMMIT : State.COMPLETE_ABORT;
            identity.partitions.clear();
        }
    }
}
