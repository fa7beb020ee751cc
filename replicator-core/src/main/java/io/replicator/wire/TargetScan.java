package io.replicator.wire;

import io.replicator.partition.Fault;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;

/**
 * Reads target partitions, each from an offset on until it is removed, with {@code read_uncommitted}. A request names many
 * partitions of one leader; each broker gets one request at a time, on a connection of its own: a broker serves the
 * requests of a connection one after the other, and produce requests must not wait behind a read.
 *
 * @param <P> the caller's partition; compared by identity
 */
public final class TargetScan<P extends ScannedPartition> {
    /** Receives what is read. */
    public interface Listener<P> {
        /** Batches from the partition's offset on, the last of which may be cut off; the caller moves the offset. */
        void scanned(P partition, ByteBuffer batches, long nowNanos);

        /** The log ends below the offset, or begins behind it, at {@code logStart}. The partition was removed. */
        void outOfRange(P partition, long logStart, long nowNanos);

        /** Reading failed. It is retried; the caller may remove the partition. */
        void refused(P partition, Fault fault, String why, long nowNanos);
    }

    private static final int MAX_PARTITIONS = 1_000;
    private static final int MAX_BYTES = 8 << 20;
    private static final int MAX_PARTITION_BYTES = 2 << 20;

    /** How long a broker without new records may wait before it answers. */
    private static final int WAIT_MILLIS = 100;

    /** How long until partitions are looked at again that no request could name. */
    public static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ClusterView cluster;
    private final Listener<P> listener;

    /** All partitions that are read. */
    private final Set<P> wanted = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Those that are in no request that is under way; the one that waited longest is first. */
    private ArrayDeque<P> waiting = new ArrayDeque<>();

    private final Map<Integer, Broker> brokers = new HashMap<>();
    private long lookNanos;

    /** A broker that is read from. */
    private static final class Broker {
        private boolean isAsked;
        private long notBeforeNanos;

        boolean isFree(long nowNanos) {
            return !isAsked && (notBeforeNanos == 0 || nowNanos - notBeforeNanos >= 0);
        }
    }

    public TargetScan(ClusterView cluster, Listener<P> listener) {
        this.cluster = cluster;
        this.listener = listener;
    }

    /** Reads a partition from now on. */
    public void add(P partition) {
        if (wanted.add(partition)) {
            lookNanos = 0;
            waiting.add(partition);
        }
    }

    /** Stops reading a partition; an answer that is under way is dropped. */
    public void remove(P partition) {
        if (wanted.remove(partition)) {
            waiting.removeIf(each -> each == partition);
        }
    }

    /** Whether nothing is read. */
    public boolean isIdle() {
        return wanted.isEmpty();
    }

    /** Sends the requests that can be sent now. */
    public int poll(long nowNanos) {
        if (waiting.isEmpty() || (lookNanos != 0 && nowNanos - lookNanos < 0)) {
            return 0;
        }
        Map<Integer, List<P>> requests = new HashMap<>();
        ArrayDeque<P> left = new ArrayDeque<>();
        for (P partition : waiting) {
            int leader = partition.topic().leader(partition.partition());
            if (leader < 0) {
                cluster.refresh();
                left.add(partition);
                continue;
            }
            List<P> request = requests.get(leader);
            if (request == null) {
                request = isReady(leader, nowNanos) ? new ArrayList<>() : List.of();
                requests.put(leader, request);
            }
            if (request.size() == MAX_PARTITIONS || !add(request, partition)) {
                left.add(partition);
            }
        }
        waiting = left;
        requests.values().removeIf(List::isEmpty);
        requests.forEach(this::fetch);
        // Thousands may wait for a broker that is busy: they are not looked at in every turn.
        lookNanos = requests.isEmpty() ? nowNanos + LOOK_NANOS : 0;
        return requests.size();
    }

    /** Adds the partition, unless the request is the placeholder of a broker that is not ready. */
    private static <P> boolean add(List<P> request, P partition) {
        return request instanceof ArrayList<P> && request.add(partition);
    }

    private boolean isReady(int leader, long nowNanos) {
        if (!brokers.computeIfAbsent(leader, any -> new Broker()).isFree(nowNanos)) {
            return false;
        }
        Node node = cluster.readingNode(leader);
        if (node == null) {
            cluster.refresh();
            return false;
        }
        boolean isReady = cluster.connection().isReady(node);
        if (!isReady && cluster.connection().hasFailed(node)) {
            cluster.refresh();
        }
        return isReady;
    }

    private void fetch(int leader, List<P> partitions) {
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(WAIT_MILLIS)
                .setMinBytes(1)
                .setMaxBytes(MAX_BYTES)
                .setIsolationLevel(IsolationLevel.READ_UNCOMMITTED.id())
                .setSessionId(FetchMetadata.LEGACY.sessionId())
                .setSessionEpoch(FetchMetadata.LEGACY.epoch());
        Map<String, FetchRequestData.FetchTopic> topics = new HashMap<>();
        for (P partition : partitions) {
            FetchRequestData.FetchTopic topic = topics.get(partition.topic().name());
            if (topic == null) {
                topic = new FetchRequestData.FetchTopic()
                        .setTopic(partition.topic().name())
                        .setTopicId(partition.targetTopicId());
                topics.put(partition.topic().name(), topic);
                request.topics().add(topic);
            }
            topic.partitions()
                    .add(new FetchRequestData.FetchPartition()
                            .setPartition(partition.partition())
                            .setFetchOffset(partition.scanOffset())
                            .setCurrentLeaderEpoch(-1)
                            .setLastFetchedEpoch(-1)
                            .setPartitionMaxBytes(MAX_PARTITION_BYTES));
        }
        brokers.get(leader).isAsked = true;
        cluster.connection()
                .send(
                        cluster.readingNode(leader),
                        new FetchRequest.SimpleBuilder(request),
                        WAIT_MILLIS + cluster.connection().requestTimeoutMillis(),
                        (response, none, nowNanos) -> fetched(leader, partitions, response, nowNanos));
    }

    private void fetched(int leader, List<P> asked, ClientResponse response, long nowNanos) {
        Broker broker = brokers.get(leader);
        broker.isAsked = false;
        lookNanos = 0;
        Map<PartitionName, P> still = new LinkedHashMap<>();
        for (P partition : asked) {
            if (wanted.contains(partition)) {
                still.put(PartitionName.of(partition), partition);
            }
        }
        if (!response.hasResponse()) {
            failed(broker, still, NoAnswer.targetFault(response), NoAnswer.words(response), nowNanos);
            return;
        }
        FetchResponse answer = (FetchResponse) response.responseBody();
        if (answer.error() != Errors.NONE) {
            failed(broker, still, FaultOf.produce(answer.error()), FaultOf.words(answer.error()), nowNanos);
            return;
        }
        putBack(answer, still);
        for (FetchResponseData.FetchableTopicResponse topic : answer.data().responses()) {
            for (FetchResponseData.PartitionData data : topic.partitions()) {
                P partition = still.get(new PartitionName(topic.topic(), topic.topicId(), data.partitionIndex()));
                if (partition != null) {
                    judge(leader, partition, data, nowNanos);
                }
            }
        }
    }

    /**
     * A batch larger than a partition's share is only sent for the first partition of a request that has records: so
     * partitions that got nothing come before those that got some.
     */
    private void putBack(FetchResponse answer, Map<PartitionName, P> asked) {
        Map<PartitionName, P> unfed = new LinkedHashMap<>(asked);
        List<P> fed = new ArrayList<>();
        for (FetchResponseData.FetchableTopicResponse topic : answer.data().responses()) {
            for (FetchResponseData.PartitionData data : topic.partitions()) {
                P partition = hasRecords(data)
                        ? unfed.remove(new PartitionName(topic.topic(), topic.topicId(), data.partitionIndex()))
                        : null;
                if (partition != null) {
                    fed.add(partition);
                }
            }
        }
        waiting.addAll(unfed.values());
        waiting.addAll(fed);
    }

    private static boolean hasRecords(FetchResponseData.PartitionData data) {
        return data.records() instanceof MemoryRecords records
                && records.buffer().hasRemaining();
    }

    /** A topic that has an id is found by it: answers then do not contain its name. */
    private record PartitionName(String topic, Uuid topicId, int number) {
        PartitionName {
            topic = topicId.equals(Uuid.ZERO_UUID) ? topic : "";
        }

        static PartitionName of(ScannedPartition partition) {
            return new PartitionName(partition.topic().name(), partition.targetTopicId(), partition.partition());
        }
    }

    private void failed(Broker broker, Map<PartitionName, P> asked, Fault fault, String why, long nowNanos) {
        broker.notBeforeNanos = nowNanos + PAUSE_NANOS;
        cluster.refresh();
        waiting.addAll(asked.values());
        asked.values().forEach(partition -> listener.refused(partition, fault, why, nowNanos));
    }

    private void judge(int leader, P partition, FetchResponseData.PartitionData data, long nowNanos) {
        Errors error = Errors.forCode(data.errorCode());
        switch (error) {
            case NONE -> {
                if (hasRecords(data)) {
                    listener.scanned(partition, ((MemoryRecords) data.records()).buffer(), nowNanos);
                }
            }
            case OFFSET_OUT_OF_RANGE -> askForStart(leader, partition);
            default -> refused(leader, partition, error, nowNanos);
        }
    }

    private void refused(int leader, P partition, Errors error, long nowNanos) {
        brokers.get(leader).notBeforeNanos = nowNanos + PAUSE_NANOS;
        cluster.refresh();
        listener.refused(partition, FaultOf.produce(error), FaultOf.words(error), nowNanos);
    }

    /** The log has nothing at the offset. Its start tells whether records were deleted or the log ends below the offset. */
    private void askForStart(int leader, P partition) {
        Node node = cluster.readingNode(leader);
        if (node == null || !cluster.connection().isReady(node)) {
            // The next fetch ends here again.
            return;
        }
        ListOffsetsRequestData.ListOffsetsTopic topic = new ListOffsetsRequestData.ListOffsetsTopic()
                .setName(partition.topic().name())
                .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition()
                        .setPartitionIndex(partition.partition())
                        .setTimestamp(ListOffsetsRequest.EARLIEST_TIMESTAMP)));
        waiting.removeIf(each -> each == partition);
        brokers.get(leader).isAsked = true;
        cluster.connection()
                .send(
                        node,
                        ListOffsetsRequest.Builder.forConsumer(true, IsolationLevel.READ_UNCOMMITTED)
                                .setTargetTimes(List.of(topic)),
                        (response, none, answeredNanos) -> startTold(leader, partition, response, answeredNanos));
    }

    private void startTold(int leader, P partition, ClientResponse response, long nowNanos) {
        Broker broker = brokers.get(leader);
        broker.isAsked = false;
        lookNanos = 0;
        if (!wanted.contains(partition)) {
            return;
        }
        waiting.add(partition);
        if (!response.hasResponse()) {
            broker.notBeforeNanos = nowNanos + PAUSE_NANOS;
            listener.refused(partition, NoAnswer.targetFault(response), NoAnswer.words(response), nowNanos);
            return;
        }
        ListOffsetsResponseData.ListOffsetsPartitionResponse told = ((ListOffsetsResponse) response.responseBody())
                .topics()
                .get(0)
                .partitions()
                .get(0);
        Errors error = Errors.forCode(told.errorCode());
        if (error == Errors.NONE) {
            remove(partition);
            listener.outOfRange(partition, told.offset(), nowNanos);
        } else {
            refused(leader, partition, error, nowNanos);
        }
    }
}
