package io.replicator.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** One connection between a client and a broker: requests on their way there, responses on their way back, in order. */
final class SimulatedLink {
    /** A request as it came off the wire. */
    static final class Request {
        final RequestHeader header;
        final AbstractRequest body;
        final long arrivesMillis;

        /** What was written of a produce request, once the broker has looked at it. */
        SimulatedCluster.Replication replication;

        Request(ByteBuffer bytes, long arrivesMillis) {
            this.header = RequestHeader.parse(bytes);
            this.body = AbstractRequest.parseRequest(
                            header.apiKey(), header.apiVersion(), new ByteBufferAccessor(bytes))
                    .request;
            this.arrivesMillis = arrivesMillis;
        }

        /** The partitions that a produce request writes; each is named once. */
        Set<TopicPartition> produced() {
            Set<TopicPartition> partitions = new HashSet<>();
            if (body instanceof ProduceRequest produce) {
                produce.data().topicData().forEach(topic -> topic.partitionData()
                        .forEach(partition -> {
                            String name =
                                    topic.name().isEmpty() ? topic.topicId().toString() : topic.name();
                            if (!partitions.add(new TopicPartition(name, partition.index()))) {
                                throw new AssertionError(
                                        name + "-" + partition.index() + " stands twice in one request");
                            }
                        }));
            }
            return partitions;
        }
    }

    /**
     * A response, size left out.
     *
     * @param onHeard what happens when it arrives
     */
    record Response(ByteBuffer bytes, long arrivesMillis, Runnable onHeard) {}

    final int broker;

    /** Whose connection it is. */
    final Object client;

    final ArrayDeque<Request> requests = new ArrayDeque<>();
    final ArrayDeque<Response> responses = new ArrayDeque<>();

    /** What the client counts as in flight by partition, oldest request first. */
    final ArrayDeque<Set<TopicPartition>> unanswered = new ArrayDeque<>();

    boolean closedByBroker;
    boolean closedByClient;

    /** Requests are taken but never answered. */
    boolean mute;

    /** Whether the broker goes on with what it was sent when the client has long closed the connection. */
    final boolean outlivesClient;

    SimulatedLink(int broker, Object client, boolean outlivesClient) {
        this.broker = broker;
        this.client = client;
        this.outlivesClient = outlivesClient;
    }
}
