package io.replicator.wire;

import io.replicator.partition.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/**
 * One produce request with acks=all. It has at most one batch of each partition: a broker refuses or loses a second one. It
 * is built, sent once and answered once; every batch in it gets exactly one outcome.
 *
 * @param <B> the caller's batch
 */
public final class ProduceCall<B extends ProducedBatch> {
    /** There will be no answer. */
    public static final long NO_ANSWER = -1;

    private static final short ACKS_ALL = -1;
    private static final String NOT_NAMED = "the broker's answer does not name the partition";

    /** Receives the outcome of each batch. */
    public interface Listener<B extends ProducedBatch> {
        /** The target has the batch; its first record has the offset {@code baseOffset}, -1 when the broker does not know it. */
        void acknowledged(B batch, long baseOffset, long nowNanos);

        /** The target does not have the batch; or it may have it, when the fault says that there was no answer. */
        void refused(B batch, Fault fault, String why, long nowNanos);

        /** Every batch of the call has its outcome. */
        void completed(ProduceCall<B> call, long throttleNanos);
    }

    private final int nodeId;
    private final Listener<B> listener;
    private final BatchIndex<B> index;
    private final ProduceRequestData request = new ProduceRequestData();
    private final Map<String, Topic<B>> topicsByName = new HashMap<>();
    private final Map<Uuid, Topic<B>> topicsById = new HashMap<>();
    private final List<B> batches = new ArrayList<>();
    private int sizeInBytes;

    /** The transactional id of the transaction that all batches are in; {@code null} when they are in none. */
    private String transactionalId;

    private long tookMillis = NO_ANSWER;

    /** One topic's batches in the call. */
    private static final class Topic<B> {
        private final ProduceRequestData.TopicProduceData data;
        private final List<B> batches = new ArrayList<>();
        private boolean answered;

        Topic(ProduceRequestData.TopicProduceData data) {
            this.data = data;
        }
    }

    /**
     * @param nodeId the broker that leads all of the call's partitions
     * @param listener receives each batch's outcome
     * @param index shared by all calls of the thread
     */
    public ProduceCall(int nodeId, Listener<B> listener, BatchIndex<B> index) {
        this.nodeId = nodeId;
        this.listener = listener;
        this.index = index;
    }

    /**
     * All batches of the call are part of a transaction of this id. The request uses the first version of the transaction
     * protocol: with the second one (KIP-890) a broker would add partitions to the transaction by itself.
     */
    public void isTransactional(String id) {
        transactionalId = id;
    }

    /** Adds a partition's next batch. */
    public void add(B batch) {
        Topic<B> topic = topicsByName.get(batch.targetTopic());
        if (topic == null) {
            ProduceRequestData.TopicProduceData data = new ProduceRequestData.TopicProduceData()
                    .setName(batch.targetTopic())
                    .setTopicId(batch.targetTopicId());
            request.topicData().add(data);
            topic = new Topic<>(data);
            topicsByName.put(batch.targetTopic(), topic);
            topicsById.put(batch.targetTopicId(), topic);
        }
        topic.batches.add(batch);
        topic.data
                .partitionData()
                .add(new ProduceRequestData.PartitionProduceData()
                        .setIndex(batch.partition())
                        .setRecords(MemoryRecords.readableRecords(batch.bytes())));
        batches.add(batch);
        sizeInBytes += batch.bytes().remaining();
    }

    public int nodeId() {
        return nodeId;
    }

    /** The batches, in the order in which they were added. */
    public List<B> batches() {
        return batches;
    }

    public int sizeInBytes() {
        return sizeInBytes;
    }

    /** How long the answer took, by the connection's clock, or {@link #NO_ANSWER}. */
    public long tookMillis() {
        return tookMillis;
    }

    /** Sends; the node must be ready. */
    public void send(ClusterView cluster) {
        for (Topic<B> topic : topicsByName.values()) {
            index.fill(topic.batches);
            topic.batches.forEach(batch -> index.take(batch.partition()));
        }
        Connection connection = cluster.connection();
        request.setAcks(ACKS_ALL)
                .setTimeoutMs(connection.requestTimeoutMillis())
                .setTransactionalId(transactionalId);
        Node node = cluster.node(nodeId).orElseThrow();
        connection.send(node, ProduceRequest.builder(request, transactionalId != null), this::completed);
    }

    private void completed(ClientResponse response, ReceiveBuffer none, long nowNanos) {
        long throttleNanos = 0;
        Fault silence = Fault.UNEXPECTED;
        String why = NOT_NAMED;
        if (response.hasResponse()) {
            tookMillis = response.requestLatencyMs();
            ProduceResponse produced = (ProduceResponse) response.responseBody();
            throttleNanos = TimeUnit.MILLISECONDS.toNanos(produced.throttleTimeMs());
            for (ProduceResponseData.TopicProduceResponse topic :
                    produced.data().responses()) {
                judge(topic, nowNanos);
            }
        } else {
            silence = NoAnswer.targetFault(response);
            why = NoAnswer.words(response);
        }
        for (Topic<B> topic : topicsByName.values()) {
            if (!topic.answered) {
                for (B batch : topic.batches) {
                    listener.refused(batch, silence, why, nowNanos);
                }
            }
        }
        listener.completed(this, throttleNanos);
    }

    private void judge(ProduceResponseData.TopicProduceResponse response, long nowNanos) {
        Topic<B> topic = response.topicId().equals(Uuid.ZERO_UUID)
                ? topicsByName.get(response.name())
                : topicsById.get(response.topicId());
        if (topic == null || topic.answered) {
            return;
        }
        topic.answered = true;
        index.fill(topic.batches);
        for (ProduceResponseData.PartitionProduceResponse partition : response.partitionResponses()) {
            B batch = index.take(partition.index());
            if (batch != null) {
                judge(batch, partition, nowNanos);
            }
        }
        for (B batch : topic.batches) {
            if (index.take(batch.partition()) != null) {
                listener.refused(batch, Fault.UNEXPECTED, NOT_NAMED, nowNanos);
            }
        }
    }

    private void judge(B batch, ProduceResponseData.PartitionProduceResponse response, long nowNanos) {
        Errors error = Errors.forCode(response.errorCode());
        if (error == Errors.NONE || error == Errors.DUPLICATE_SEQUENCE_NUMBER) {
            // A duplicate is a batch whose acknowledgement was lost: the target has it, once.
            listener.acknowledged(batch, response.baseOffset(), nowNanos);
        } else {
            listener.refused(batch, FaultOf.produce(error), words(error, response), nowNanos);
        }
    }

    private static String words(Errors error, ProduceResponseData.PartitionProduceResponse response) {
        String words = error.name();
        if (response.errorMessage() != null) {
            words += ": " + response.errorMessage();
        }
        if (!response.recordErrors().isEmpty()) {
            words += ": " + response.recordErrors().get(0).batchIndexErrorMessage();
        }
        return words;
    }
}
