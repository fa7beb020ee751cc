package io.replicator.testkit.data;

import io.replicator.testkit.KafkaBroker;
import io.replicator.testkit.KafkaCluster;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Appends batches just as they are, where Kafka's producer would refuse or change them. */
public final class RawProducer {
    /** The last version that names topics, not their ids. */
    private static final short VERSION = 12;

    private static final int TIMEOUT_MILLIS = 30_000;

    private RawProducer() {}

    /** Appends to a partition, with {@code acks=all}; returns the offset of the first record. */
    public static long append(KafkaCluster cluster, String topic, int partition, MemoryRecords batch) {
        ProduceResponseData.PartitionProduceResponse answer = send(cluster, topic, partition, batch);
        Errors error = Errors.forCode(answer.errorCode());
        if (error != Errors.NONE) {
            throw new IllegalStateException(
                    topic + "-" + partition + ": " + error + " " + answer.errorMessage() + " " + answer.recordErrors());
        }
        return answer.baseOffset();
    }

    private static ProduceResponseData.PartitionProduceResponse send(
            KafkaCluster cluster, String topic, int partition, MemoryRecords batch) {
        ProduceRequest request = new ProduceRequest(
                new ProduceRequestData()
                        .setAcks((short) -1)
                        .setTimeoutMs(TIMEOUT_MILLIS)
                        .setTopicData(new ProduceRequestData.TopicProduceDataCollection(
                                List.of(new ProduceRequestData.TopicProduceData()
                                                .setName(topic)
                                                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                                        .setIndex(partition)
                                                        .setRecords(batch))))
                                        .iterator())),
                VERSION);
        RequestHeader header = new RequestHeader(ApiKeys.PRODUCE, VERSION, "raw-producer", 1);
        ByteBuffer answer = exchange(leader(cluster, topic, partition), request.serializeWithHeader(header));
        ProduceResponse response = (ProduceResponse) AbstractResponse.parseResponse(answer, header);
        return response.data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    private static ByteBuffer exchange(KafkaBroker broker, ByteBuffer request) {
        try (Socket socket = new Socket(broker.host(KafkaCluster.ADMIN), broker.port(KafkaCluster.ADMIN))) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            byte[] bytes = new byte[request.remaining()];
            request.get(bytes);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(bytes.length);
            out.write(bytes);
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return ByteBuffer.wrap(answer);
        } catch (IOException e) {
            throw new UncheckedIOException("no answer from " + broker, e);
        }
    }

    private static KafkaBroker leader(KafkaCluster cluster, String topic, int partition) {
        try {
            return cluster.broker(cluster.admin()
                    .describeTopics(Set.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .get(partition)
                    .leader()
                    .id());
        } catch (ExecutionException e) {
            throw new IllegalStateException("no leader of " + topic + "-" + partition, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
