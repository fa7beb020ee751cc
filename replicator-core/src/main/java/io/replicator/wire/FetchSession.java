package io.replicator.wire;

import io.replicator.config.Isolation;
import io.replicator.partition.Fault;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * The conversation with one source broker about the partitions that are fetched from it: one request at a time, and each
 * request names only what has changed since the last (incremental fetch sessions, KIP-227), so that a quiet partition
 * costs nothing.
 *
 * <p>Unlike Kafka's own {@code FetchSessionHandler} it never walks over all partitions to find the changed ones.
 */
final class FetchSession implements SourceSession {
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int SMALL_ANSWER_BYTES = 64 << 10;

    private final ClusterView cluster;
    private final int nodeId;
    private final FetchLimits limits;
    private final FetchListener listener;
    private final FetchAnswer answer = new FetchAnswer();

    /** The partitions that the session asks for, by topic; by number within a topic. */
    private final Map<Uuid, Topic> topicsById = new HashMap<>();

    private final Map<String, Topic> topicsByName = new HashMap<>();

    private final Deque<FetchedPartition> changed = new ArrayDeque<>();
    private final List<FetchedPartition> removed = new ArrayList<>();
    private int partitions;
    private int requests;
    private FetchMetadata metadata = FetchMetadata.INITIAL;
    private boolean inflight;

    /** When the last request was sent, and whether its answer held few bytes. */
    private long sentNanos;

    private boolean wasSmall;

    /** One topic's partitions in the session. */
    private static final class Topic {
        private FetchedPartition[] partitions = new FetchedPartition[1];
        private int count;

        FetchedPartition get(int number) {
            return number >= 0 && number < partitions.length ? partitions[number] : null;
        }

        void set(int number, FetchedPartition partition) {
            if (number >= partitions.length) {
                partitions = Arrays.copyOf(partitions, Math.max(number + 1, 2 * partitions.length));
            }
            partitions[number] = partition;
        }
    }

    FetchSession(ClusterView cluster, int nodeId, FetchLimits limits, FetchListener listener) {
        this.cluster = cluster;
        this.nodeId = nodeId;
        this.limits = limits;
        this.listener = listener;
    }

    @Override
    public int requests() {
        return requests;
    }

    @Override
    public int nodeId() {
        return nodeId;
    }

    @Override
    public int partitions() {
        return partitions;
    }

    @Override
    public boolean isInflight() {
        return inflight;
    }

    @Override
    public void add(FetchedPartition partition, long fetchOffset, int lastFetchedEpoch, int leaderEpoch) {
        Topic topic = topicsById.get(partition.topicId());
        if (topic == null || partition.topicId().equals(Uuid.ZERO_UUID)) {
            topic = topicsByName.computeIfAbsent(partition.topic(), name -> new Topic());
            if (!partition.topicId().equals(Uuid.ZERO_UUID)) {
                topicsById.put(partition.topicId(), topic);
            }
        }
        topic.set(partition.number(), partition);
        topic.count++;
        partitions++;
        move(partition, fetchOffset, lastFetchedEpoch, leaderEpoch);
    }

    @Override
    public void move(FetchedPartition partition, long fetchOffset, int lastFetchedEpoch, int leaderEpoch) {
        partition.fetchFrom(fetchOffset, lastFetchedEpoch, leaderEpoch);
        if (!partition.changed) {
            partition.changed = true;
            changed.add(partition);
        }
    }

    @Override
    public void remove(FetchedPartition partition) {
        Topic topic = topicsByName.get(partition.topic());
        topic.partitions[partition.number()] = null;
        topic.count--;
        if (topic.count == 0) {
            topicsByName.remove(partition.topic());
            topicsById.remove(partition.topicId());
        }
        partitions--;
        if (partition.changed) {
            partition.changed = false;
            changed.remove(partition);
        }
        removed.add(partition);
    }

    @Override
    public boolean send(long nowNanos, int waitMillis) {
        if (inflight || partitions == 0 || !cluster.isReady(nodeId)) {
            return false;
        }
        sentNanos = nowNanos;
        Node node = cluster.node(nodeId).orElseThrow();
        Connection connection = cluster.connection();
        connection.send(
                node,
                new FetchRequest.SimpleBuilder(request(waitMillis)),
                limits.maxWaitMillis() + connection.requestTimeoutMillis(),
                new Answer());
        inflight = true;
        requests++;
        return true;
    }

    /**
     * After an answer of few bytes the next request is sent no sooner than {@link #REST_NANOS} after the last one. A broker
     * that answers each record for itself, thousands a second, costs both sides more than the records do; asked once a
     * millisecond it answers with all that arrived. A record that arrives alone still finds a request waiting for it.
     */
    @Override
    public long restNanos(long nowNanos) {
        return wasSmall ? sentNanos + REST_NANOS - nowNanos : 0;
    }

    private FetchRequestData request(int waitMillis) {
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(Math.min(waitMillis, limits.maxWaitMillis()))
                .setMinBytes(1)
                .setMaxBytes(limits.maxBytes())
                .setIsolationLevel(limits.isolation() == Isolation.READ_COMMITTED ? (byte) 1 : (byte) 0)
                .setSessionId(metadata.sessionId())
                .setSessionEpoch(metadata.epoch())
                .setRackId(cluster.rack());
        if (metadata.isFull()) {
            nameEverything();
        } else {
            nameRemoved(request);
        }
        removed.clear();
        nameChanged(request);
        return request;
    }

    private void nameEverything() {
        changed.forEach(partition -> partition.changed = false);
        changed.clear();
        for (Topic topic : topicsByName.values()) {
            for (FetchedPartition partition : topic.partitions) {
                if (partition != null) {
                    partition.changed = true;
                    changed.add(partition);
                }
            }
        }
    }

    private void nameRemoved(FetchRequestData request) {
        FetchRequestData.ForgottenTopic topic = null;
        for (FetchedPartition partition : removed) {
            if (isAskedFor(partition)) {
                // It was removed and added again: for the broker it has only changed.
                continue;
            }
            if (topic == null || !topic.topic().equals(partition.topic())) {
                topic = new FetchRequestData.ForgottenTopic()
                        .setTopic(partition.topic())
                        .setTopicId(partition.topicId());
                request.forgottenTopicsData().add(topic);
            }
            topic.partitions().add(partition.number());
        }
    }

    /**
     * Whether this session asks for it; another session may do so meanwhile, from a new leader. A broker removes the
     * forgotten partitions after it adds the named ones, so a partition must not be in both lists.
     */
    private boolean isAskedFor(FetchedPartition partition) {
        Topic topic = topicsByName.get(partition.topic());
        FetchedPartition asked = topic == null ? null : topic.get(partition.number());
        return asked != null && asked.topicId().equals(partition.topicId());
    }

    private void nameChanged(FetchRequestData request) {
        FetchRequestData.FetchTopic topic = null;
        for (FetchedPartition partition = changed.poll(); partition != null; partition = changed.poll()) {
            partition.changed = false;
            if (topic == null || !topic.topic().equals(partition.topic())) {
                topic = new FetchRequestData.FetchTopic()
                        .setTopic(partition.topic())
                        .setTopicId(partition.topicId());
                request.topics().add(topic);
            }
            topic.partitions()
                    .add(new FetchRequestData.FetchPartition()
                            .setPartition(partition.number())
                            .setFetchOffset(partition.fetchOffset())
                            .setCurrentLeaderEpoch(partition.leaderEpoch())
                            .setLastFetchedEpoch(partition.lastFetchedEpoch())
                            .setPartitionMaxBytes(limits.partitionMaxBytes()));
        }
    }

    /** The answer to the one request under way. */
    private final class Answer implements Connection.Call {
        @Override
        public boolean keepsBuffer() {
            return true;
        }

        @Override
        public void completed(ClientResponse response, ReceiveBuffer buffer, long nowNanos) {
            inflight = false;
            wasSmall = buffer != null && buffer.bytes().capacity() < SMALL_ANSWER_BYTES;
            if (!response.hasResponse()) {
                renew();
                listener.failed(nodeId, Fault.SOURCE_UNREACHABLE, NoAnswer.words(response), nowNanos);
                return;
            }
            FetchResponse fetched = (FetchResponse) response.responseBody();
            if (fetched.error() != Errors.NONE) {
                renew();
                if (!isLostSession(fetched.error())) {
                    listener.failed(
                            nodeId,
                            FaultOf.fetch(fetched.error()),
                            fetched.error().name(),
                            nowNanos);
                }
                return;
            }
            takeSession(fetched);
            for (FetchResponseData.FetchableTopicResponse topic : fetched.data().responses()) {
                answerTopic(topic, buffer, nowNanos);
            }
            listener.completed(nodeId, TimeUnit.MILLISECONDS.toNanos(fetched.throttleTimeMs()));
        }
    }

    /** The broker dropped the session to make room, or restarted: a full request creates a new session. */
    private static boolean isLostSession(Errors error) {
        return error == Errors.FETCH_SESSION_ID_NOT_FOUND
                || error == Errors.INVALID_FETCH_SESSION_EPOCH
                || error == Errors.FETCH_SESSION_TOPIC_ID_ERROR;
    }

    private void takeSession(FetchResponse fetched) {
        if (fetched.sessionId() == FetchMetadata.INVALID_SESSION_ID) {
            renew();
        } else if (metadata.isFull()) {
            metadata = FetchMetadata.newIncremental(fetched.sessionId());
        } else {
            metadata = metadata.nextIncremental();
        }
    }

    private void renew() {
        metadata = FetchMetadata.INITIAL;
    }

    private void answerTopic(FetchResponseData.FetchableTopicResponse response, ReceiveBuffer buffer, long nowNanos) {
        Topic topic = response.topicId().equals(Uuid.ZERO_UUID)
                ? topicsByName.get(response.topic())
                : topicsById.get(response.topicId());
        if (topic == null) {
            return;
        }
        for (FetchResponseData.PartitionData data : response.partitions()) {
            FetchedPartition partition = topic.get(data.partitionIndex());
            // A partition that was removed or moved while the request was under way is not wanted.
            if (partition != null && !partition.changed) {
                answer.fill(data, buffer);
                listener.answered(partition, answer, nowNanos);
            }
        }
    }
}
