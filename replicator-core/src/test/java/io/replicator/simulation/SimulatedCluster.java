package io.replicator.simulation;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/** A Kafka cluster in memory: brokers that come and go, partitions that they lead, and what clients hear of it. */
final class SimulatedCluster {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FIRST_PORT = 10_000;
    private static final String HOST = "127.0.0.1";
    private static final int NO_LEADER = -1;
    private static final int MAX_IN_FLIGHT = 5;

    /** The last versions before topic ids were in requests (Fetch 13, Produce 13). */
    private static final Map<ApiKeys, Short> OLD_VERSIONS = Map.of(
            ApiKeys.FETCH, (short) 12,
            ApiKeys.PRODUCE, (short) 9,
            ApiKeys.METADATA, (short) 8,
            ApiKeys.FIND_COORDINATOR, (short) 3,
            ApiKeys.INIT_PRODUCER_ID, (short) 3,
            ApiKeys.ADD_PARTITIONS_TO_TXN, (short) 2,
            ApiKeys.END_TXN, (short) 2);

    /** How long a broker waits for replicas before it says that it does not know. */
    private static final long REPLICATION_TIMEOUT_MILLIS = 1_000;

    private final String name;
    private final int brokers;
    private final boolean isOld;
    private final SimulatedTime time;
    private final SplittableRandom random;
    private final Faults faults;
    private final Trace trace;
    private final SimulatedFetches fetches;
    private final long[] downUntilMillis;
    private final long[] stalledUntilMillis;
    private final List<SimulatedLink> links = new ArrayList<>();
    final List<SimulatedPartition> partitions = new ArrayList<>();
    private final SimulatedTransactions transactions;
    private long requests;
    private long arrivalBytes;
    private int grantsHeard;

    /** A broker that takes requests and answers none, -1 for none. */
    private int stuck = -1;

    /** Whether transaction coordinators move now and then. */
    boolean movesCoordinators;

    SimulatedCluster(
            String name,
            int brokers,
            boolean isOld,
            SimulatedTime time,
            SplittableRandom random,
            Faults faults,
            Trace trace) {
        this.name = name;
        this.brokers = brokers;
        this.isOld = isOld;
        this.time = time;
        this.random = random;
        this.faults = faults;
        this.trace = trace;
        this.fetches = new SimulatedFetches(this, faults, trace);
        this.transactions = new SimulatedTransactions(this, faults, trace);
        this.downUntilMillis = new long[brokers];
        this.stalledUntilMillis = new long[brokers];
    }

    SimulatedPartition addPartition(String topic, long topicNumber, int number) {
        Uuid id = isOld ? Uuid.ZERO_UUID : new Uuid(7, topicNumber + 1);
        SimulatedPartition partition = new SimulatedPartition(topic, id, number, random.nextInt(brokers));
        partitions.add(partition);
        return partition;
    }

    long nowMillis() {
        return time.elapsedMillis();
    }

    int brokers() {
        return brokers;
    }

    /** How many requests were answered. */
    long requests() {
        return requests;
    }

    /** How many producer ids and epochs clients have heard of. */
    int grantsHeard() {
        return grantsHeard;
    }

    /** From now on one broker takes requests and answers none; -1 ends it. */
    void stick(int broker) {
        stuck = broker;
    }

    SimulatedTransactions transactions() {
        return transactions;
    }

    /** Whether requests of clients that are gone may still be carried out. */
    boolean hasPosthumousRequests() {
        return links.stream().anyMatch(link -> link.closedByClient && !link.requests.isEmpty());
    }

    List<Node> bootstrapNodes() {
        return List.of(new Node(-1, HOST, FIRST_PORT), new Node(-2, HOST, FIRST_PORT + brokers - 1));
    }

    int brokerAt(int port) {
        return port - FIRST_PORT;
    }

    boolean isUp(int broker) {
        return faults.isCalm() || nowMillis() >= downUntilMillis[broker];
    }

    SimulatedLink accept(int broker, Object client) {
        SimulatedLink link = new SimulatedLink(broker, client, random.nextBoolean());
        links.add(link);
        return link;
    }

    /** A client has read an answer. */
    void heard(SimulatedLink.Response response) {
        response.onHeard().run();
    }

    /** A request came off the wire; the broker has not looked at it yet. */
    void arrive(SimulatedLink link, ByteBuffer bytes) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        take(link, bytes);
        arrivalBytes += THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** What was allocated for requests as they came off the wire, which happens in their sender's turn. */
    long arrivalBytes() {
        return arrivalBytes;
    }

    private void take(SimulatedLink link, ByteBuffer bytes) {
        SimulatedLink.Request request = new SimulatedLink.Request(bytes, nowMillis() + faults.upTo(10));
        link.requests.add(request);
        Set<TopicPartition> produced = request.produced();
        link.unanswered.add(produced);
        for (TopicPartition partition : produced) {
            long inFlight = links.stream()
                    .filter(each -> !each.closedByClient && each.client == link.client)
                    .flatMap(each -> each.unanswered.stream())
                    .filter(set -> set.contains(partition))
                    .count();
            if (inFlight > MAX_IN_FLIGHT) {
                throw new AssertionError(inFlight + " batches of " + partition + " are in flight");
            }
        }
    }

    /** One turn of the world: brokers fall and rise, leaders move, requests are answered. */
    void step() {
        if (faults.strike(60) && !partitions.isEmpty()) {
            breakSomething();
        }
        for (SimulatedPartition partition : partitions) {
            if (partition.leader == NO_LEADER && (faults.isCalm() || random.nextInt(4) == 0)) {
                elect(partition);
            }
            if (faults.isCalm()) {
                partition.announceMillis = 0;
                partition.replicatesMillis = 0;
            }
            partition.announce(nowMillis());
            if (partition.replicatesItself) {
                partition.replicate(nowMillis());
            }
        }
        transactions.step();
        links.removeIf(link -> link.closedByClient
                && (link.requests.isEmpty() || link.closedByBroker || link.mute || !link.outlivesClient));
        if (faults.isCalm()) {
            // A client need not wait for its timeout to learn of a broker that never answers.
            links.forEach(link -> link.closedByBroker |= link.mute);
        }
        int first = links.isEmpty() ? 0 : random.nextInt(links.size());
        for (int i = 0; i < links.size(); i++) {
            serve(links.get((first + i) % links.size()));
        }
    }

    private void breakSomething() {
        SimulatedPartition partition = partitions.get(random.nextInt(partitions.size()));
        int broker = random.nextInt(brokers);
        if (movesCoordinators && random.nextInt(6) == 0) {
            transactions.move();
            return;
        }
        switch (random.nextInt(5)) {
            case 0 -> moveLeader(partition);
            case 1 -> {
                trace.say(name, "broker", broker, "falls");
                downUntilMillis[broker] = nowMillis() + random.nextInt(3_000);
                fetches.forget(broker);
                links.forEach(link -> link.closedByBroker |= link.broker == broker);
                partitions.stream()
                        .filter(each -> each.leader == broker && random.nextBoolean())
                        .forEach(this::moveLeader);
            }
            case 2 -> {
                trace.say(name, "broker", broker, "stalls");
                stalledUntilMillis[broker] = nowMillis() + random.nextInt(6_000);
            }
            case 3 -> {
                trace.say(name, "broker", broker, "forgets its fetch sessions");
                fetches.forget(broker);
            }
            default -> {
                if (!links.isEmpty()) {
                    SimulatedLink link = links.get(random.nextInt(links.size()));
                    trace.say(name, "broker", link.broker, "closes a connection");
                    link.closedByBroker = true;
                }
            }
        }
    }

    private void moveLeader(SimulatedPartition partition) {
        partition.leads(NO_LEADER, nowMillis() + random.nextInt(400));
        trace.say(name, partition, "lost its leader");
        if (random.nextBoolean()) {
            elect(partition);
        }
    }

    private void elect(SimulatedPartition partition) {
        partition.leads(random.nextInt(brokers), nowMillis() + random.nextInt(400));
        partition.onNewLeader.run();
        trace.say(
                name,
                partition,
                "is led by",
                partition.leader,
                "epoch",
                partition.leaderEpoch,
                "log end",
                partition.end);
    }

    private void serve(SimulatedLink link) {
        SimulatedLink.Request request = link.requests.peek();
        boolean isStalled = link.broker == stuck || (!faults.isCalm() && nowMillis() < stalledUntilMillis[link.broker]);
        if (request == null || request.arrivesMillis > nowMillis() || !isUp(link.broker) || isStalled || link.mute) {
            return;
        }
        if (faults.strike(60) && !partitions.isEmpty()) {
            trace.say(name, "loses", request.header.apiKey(), request.header.correlationId());
            link.closedByBroker = true;
            link.requests.clear();
            return;
        }
        ApiMessage answer = answer(link, request);
        if (answer == null) {
            return;
        }
        requests++;
        link.requests.poll();
        if (faults.strike(60) && !partitions.isEmpty()) {
            trace.say(name, "loses the answer to", request.header.apiKey(), request.header.correlationId());
            link.closedByBroker = true;
        } else if (faults.strike(200)) {
            trace.say(name, "never answers", request.header.apiKey(), request.header.correlationId());
            link.mute = true;
        } else {
            ResponseHeader header = request.header.toResponseHeader();
            ByteBuffer bytes =
                    RequestUtils.serialize(header.data(), header.headerVersion(), answer, request.header.apiVersion());
            link.responses.add(new SimulatedLink.Response(bytes, nowMillis() + faults.upTo(20), () -> heard(answer)));
        }
    }

    private void heard(ApiMessage answer) {
        if (answer instanceof InitProducerIdResponseData grant && grant.producerId() >= 0) {
            grantsHeard++;
        } else if (answer instanceof ProduceResponseData produced) {
            for (ProduceResponseData.TopicProduceResponse topic : produced.responses()) {
                for (ProduceResponseData.PartitionProduceResponse answered : topic.partitionResponses()) {
                    if (answered.errorCode() == Errors.NONE.code()) {
                        partition(topic.name(), topic.topicId(), answered.index()).isUnheard = false;
                    }
                }
            }
        }
    }

    /** The answer; {@code null} when it takes a while. */
    private ApiMessage answer(SimulatedLink link, SimulatedLink.Request request) {
        return switch (request.header.apiKey()) {
            case API_VERSIONS -> versions();
            case METADATA -> metadata((MetadataRequest) request.body);
            case FETCH -> {
                FetchRequest fetch = (FetchRequest) request.body;
                yield fetches.answer(
                        link.broker,
                        fetch,
                        nowMillis() - request.arrivesMillis < fetch.data().maxWaitMs());
            }
            case PRODUCE -> produce(link.broker, request);
            case INIT_PRODUCER_ID -> initProducerId(link.broker, (InitProducerIdRequest) request.body);
            case ADD_PARTITIONS_TO_TXN ->
                transactions.add(
                        link.broker,
                        ((AddPartitionsToTxnRequest) request.body).data(),
                        request.header.apiVersion(),
                        coordinatorError());
            case END_TXN ->
                transactions.end(
                        link.broker,
                        ((EndTxnRequest) request.body).data(),
                        request.header.apiVersion(),
                        coordinatorError());
            case LIST_OFFSETS -> fetches.starts(link.broker, ((ListOffsetsRequest) request.body).data());
            case OFFSET_FOR_LEADER_EPOCH ->
                fetches.epochEnds(link.broker, ((OffsetsForLeaderEpochRequest) request.body).data());
            case FIND_COORDINATOR -> findCoordinator((FindCoordinatorRequest) request.body);
            default -> throw new AssertionError("nobody answers " + request.header);
        };
    }

    private ApiMessage versions() {
        ApiVersionsResponseData data = new ApiVersionsResponseData();
        for (ApiKeys key : List.of(
                ApiKeys.API_VERSIONS,
                ApiKeys.METADATA,
                ApiKeys.FETCH,
                ApiKeys.PRODUCE,
                ApiKeys.INIT_PRODUCER_ID,
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                ApiKeys.END_TXN,
                ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                ApiKeys.LIST_OFFSETS,
                ApiKeys.FIND_COORDINATOR)) {
            short latest = key.latestVersion();
            data.apiKeys()
                    .add(new ApiVersionsResponseData.ApiVersion()
                            .setApiKey(key.id)
                            .setMinVersion(key.oldestVersion())
                            .setMaxVersion(isOld ? OLD_VERSIONS.getOrDefault(key, latest) : latest));
        }
        return data;
    }

    private ApiMessage metadata(MetadataRequest request) {
        MetadataResponseData data =
                new MetadataResponseData().setClusterId(name).setControllerId(0);
        for (int broker = 0; broker < brokers; broker++) {
            data.brokers()
                    .add(new MetadataResponseData.MetadataResponseBroker()
                            .setNodeId(broker)
                            .setHost(HOST)
                            .setPort(FIRST_PORT + broker));
        }
        for (MetadataRequestData.MetadataRequestTopic topic : request.data().topics()) {
            data.topics().add(describe(topic.name()));
        }
        return data;
    }

    private MetadataResponseData.MetadataResponseTopic describe(String topic) {
        MetadataResponseData.MetadataResponseTopic described =
                new MetadataResponseData.MetadataResponseTopic().setName(topic);
        for (SimulatedPartition partition : partitions) {
            if (partition.topic.equals(topic)) {
                boolean isLed = partition.announcedLeader != NO_LEADER;
                described.setTopicId(partition.topicId);
                described
                        .partitions()
                        .add(new MetadataResponseData.MetadataResponsePartition()
                                .setErrorCode((isLed ? Errors.NONE : Errors.LEADER_NOT_AVAILABLE).code())
                                .setPartitionIndex(partition.number)
                                .setLeaderId(partition.announcedLeader)
                                .setLeaderEpoch(partition.announcedEpoch));
            }
        }
        return described.partitions().isEmpty()
                ? described.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                : described;
    }

    SimulatedPartition partition(String topic, Uuid id, int number) {
        for (SimulatedPartition partition : partitions) {
            boolean isTopic = topic.isEmpty() ? partition.topicId.equals(id) : partition.topic.equals(topic);
            if (isTopic && partition.number == number) {
                return partition;
            }
        }
        return null;
    }

    /** What a produce request waits for: records that are written and not yet replicated. */
    static final class Replication {
        private record Awaited(
                SimulatedPartition partition,
                int leaderEpoch,
                long end,
                ProduceResponseData.PartitionProduceResponse answer) {}

        private final ProduceResponseData response = new ProduceResponseData();
        private final List<Awaited> awaited = new ArrayList<>();
        private final long untilMillis;

        private Replication(long untilMillis) {
            this.untilMillis = untilMillis;
        }

        private boolean isOver(long nowMillis) {
            awaited.removeIf(each -> settle(each, nowMillis));
            return awaited.isEmpty();
        }

        private boolean settle(Awaited each, long nowMillis) {
            if (each.partition.leaderEpoch != each.leaderEpoch) {
                fail(each, Errors.NOT_LEADER_OR_FOLLOWER);
                return true;
            }
            if (each.partition.highWatermark >= each.end) {
                return true;
            }
            if (nowMillis >= untilMillis) {
                fail(each, Errors.REQUEST_TIMED_OUT);
                return true;
            }
            return false;
        }

        private static void fail(Awaited each, Errors error) {
            each.answer.setErrorCode(error.code()).setBaseOffset(-1);
        }
    }

    private ApiMessage produce(int broker, SimulatedLink.Request request) {
        if (request.replication == null) {
            request.replication = write(broker, (ProduceRequest) request.body);
        }
        return request.replication.isOver(nowMillis()) ? request.replication.response : null;
    }

    private Replication write(int broker, ProduceRequest request) {
        Replication replication = new Replication(nowMillis() + REPLICATION_TIMEOUT_MILLIS);
        if (faults.strike(40)) {
            replication.response.setThrottleTimeMs(faults.pick(300));
        }
        for (ProduceRequestData.TopicProduceData topic : request.data().topicData()) {
            ProduceResponseData.TopicProduceResponse answered = new ProduceResponseData.TopicProduceResponse()
                    .setName(topic.name())
                    .setTopicId(topic.topicId());
            replication.response.responses().add(answered);
            for (ProduceRequestData.PartitionProduceData data : topic.partitionData()) {
                SimulatedPartition partition = partition(topic.name(), topic.topicId(), data.index());
                SimulatedPartition.Verdict verdict = produce(broker, partition, data, request);
                ProduceResponseData.PartitionProduceResponse answer = new ProduceResponseData.PartitionProduceResponse()
                        .setIndex(data.index())
                        .setErrorCode(verdict.error().code())
                        .setBaseOffset(verdict.baseOffset());
                answered.partitionResponses().add(answer);
                if (verdict.error() == Errors.NONE) {
                    int count = ((MemoryRecords) data.records())
                            .batches()
                            .iterator()
                            .next()
                            .countOrNull();
                    replication.awaited.add(new Replication.Awaited(
                            partition, partition.leaderEpoch, verdict.baseOffset() + count, answer));
                }
            }
        }
        return replication;
    }

    private SimulatedPartition.Verdict produce(
            int broker,
            SimulatedPartition partition,
            ProduceRequestData.PartitionProduceData data,
            ProduceRequest request) {
        if (partition == null) {
            return SimulatedPartition.Verdict.of(isOld ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID);
        }
        MemoryRecords records = (MemoryRecords) data.records();
        SimulatedPartition.Verdict verdict = judge(broker, partition, records, request);
        partition.appendedMillis = nowMillis();
        partition.isUnheard |= verdict.error() == Errors.NONE;
        if (partition.replicatesItself && faults.strike(12)) {
            partition.replicatesMillis = nowMillis() + faults.pick(faults.pick(6) == 0 ? 2_500 : 60);
        }
        partition.replicate(nowMillis());
        trace.say(name, "produce", partition, "broker", broker, describe(records), verdict);
        return verdict;
    }

    private static String describe(MemoryRecords records) {
        var batch = records.batches().iterator().next();
        return "producer " + batch.producerId() + "/" + batch.producerEpoch() + " sequence " + batch.baseSequence()
                + " to " + batch.lastSequence() + ", " + batch.sizeInBytes() + " bytes";
    }

    private SimulatedPartition.Verdict judge(
            int broker, SimulatedPartition partition, MemoryRecords records, ProduceRequest request) {
        if (partition.leader != broker) {
            return SimulatedPartition.Verdict.of(Errors.NOT_LEADER_OR_FOLLOWER);
        }
        if (records.batches().iterator().next().isTransactional()) {
            Errors refusal = judgeTransaction(partition, records, request);
            if (refusal != Errors.NONE) {
                return SimulatedPartition.Verdict.of(refusal);
            }
        }
        if (!faults.strike(30)) {
            return partition.produce(records);
        }
        Errors error = List.of(
                        Errors.NOT_ENOUGH_REPLICAS,
                        Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                        Errors.REQUEST_TIMED_OUT,
                        Errors.KAFKA_STORAGE_ERROR,
                        Errors.UNKNOWN_LEADER_EPOCH)
                .get(faults.pick(5));
        boolean isApplied = error == Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND
                || (error == Errors.REQUEST_TIMED_OUT && faults.pick(2) == 0);
        if (!isApplied) {
            return SimulatedPartition.Verdict.of(error);
        }
        SimulatedPartition.Verdict verdict = partition.produce(records);
        return verdict.error() == Errors.NONE ? SimulatedPartition.Verdict.of(error) : verdict;
    }

    /** Brokers since 3.6 ask the coordinator before they append a transaction's first batch. */
    private Errors judgeTransaction(SimulatedPartition partition, MemoryRecords records, ProduceRequest request) {
        if (request.transactionalId() == null
                || request.version() > ProduceRequest.LAST_STABLE_VERSION_BEFORE_TRANSACTION_V2) {
            throw new AssertionError("a transactional batch in a request of version " + request.version() + " of "
                    + request.transactionalId());
        }
        MutableRecordBatch batch = records.batches().iterator().next();
        boolean isKnown = partition.hasOpenTransaction(batch.producerId())
                || transactions.isOpen(request.transactionalId(), batch.producerId(), batch.producerEpoch(), partition);
        if (isOld || (isKnown && !faults.strike(4))) {
            return Errors.NONE;
        }
        return request.version() < ProduceRequest.LAST_STABLE_VERSION_BEFORE_TRANSACTION_V2
                ? Errors.INVALID_TXN_STATE
                : Errors.TRANSACTION_ABORTABLE;
    }

    private ApiMessage initProducerId(int broker, InitProducerIdRequest request) {
        Errors error = coordinatorError();
        return error == Errors.NONE
                ? transactions.init(broker, request.data())
                : new InitProducerIdResponseData().setErrorCode(error.code());
    }

    private Errors coordinatorError() {
        return faults.strike(5)
                ? List.of(
                                Errors.COORDINATOR_NOT_AVAILABLE,
                                Errors.NOT_COORDINATOR,
                                Errors.COORDINATOR_LOAD_IN_PROGRESS,
                                Errors.CONCURRENT_TRANSACTIONS)
                        .get(faults.pick(4))
                : Errors.NONE;
    }

    private ApiMessage findCoordinator(FindCoordinatorRequest request) {
        Errors error = faults.strike(5) ? Errors.COORDINATOR_NOT_AVAILABLE : Errors.NONE;
        FindCoordinatorResponseData data = new FindCoordinatorResponseData();
        if (request.data().coordinatorKeys().isEmpty()) {
            int node = transactions.coordinator(request.data().key());
            return data.setErrorCode(error.code()).setNodeId(node).setHost(HOST).setPort(FIRST_PORT + node);
        }
        for (String key : request.data().coordinatorKeys()) {
            int node = transactions.coordinator(key);
            data.coordinators()
                    .add(new FindCoordinatorResponseData.Coordinator()
                            .setKey(key)
                            .setErrorCode(error.code())
                            .setNodeId(node)
                            .setHost(HOST)
                            .setPort(FIRST_PORT + node));
        }
        return data;
    }

    @Override
    public String toString() {
        return name;
    }
}
