package io.replicator.simulation;

import io.replicator.simulation.SimulatedPartition.Aborted;
import io.replicator.simulation.SimulatedPartition.EpochEnd;
import io.replicator.simulation.SimulatedPartition.Stored;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/** How brokers answer fetch requests: sessions (KIP-227), long polls, limits, isolation. */
final class SimulatedFetches {
    private static final int SESSIONLESS = 0;
    private static final int INITIAL_EPOCH = 0;
    private static final int FINAL_EPOCH = -1;

    /** A partition that only ever has an error to tell makes every fetch return at once: it must leave the session. */
    private static final int MAX_ERRORS_IN_A_ROW = 20;

    private final SimulatedCluster cluster;
    private final Faults faults;
    private final Trace trace;
    private final Map<Integer, Session> sessions = new LinkedHashMap<>();
    private int nextSession = 1;

    /** What a broker knows of one client's wishes. */
    private static final class Session {
        final int id;
        final int broker;
        int epoch = 1;
        final Map<TopicPartition, Wish> wishes = new LinkedHashMap<>();

        Session(int id, int broker) {
            this.id = id;
            this.broker = broker;
        }
    }

    /** One partition in a session. */
    private static final class Wish {
        final SimulatedPartition partition;
        final Errors unknown;
        final FetchRequestData.FetchTopic topic;
        FetchRequestData.FetchPartition asked;
        long toldHighWatermark = -1;
        long toldStable = -1;
        int errorsInARow;

        Wish(SimulatedPartition partition, Errors unknown, FetchRequestData.FetchTopic topic) {
            this.partition = partition;
            this.unknown = unknown;
            this.topic = topic;
        }
    }

    SimulatedFetches(SimulatedCluster cluster, Faults faults, Trace trace) {
        this.cluster = cluster;
        this.faults = faults;
        this.trace = trace;
    }

    /** Every session of a broker is gone, as after a restart. */
    void forget(int broker) {
        sessions.values().removeIf(session -> session.broker == broker);
    }

    /**
     * @param mayWait whether the broker may still wait for data
     * @return {@code null} when the broker waits
     */
    FetchResponseData answer(int broker, FetchRequest request, boolean mayWait) {
        FetchRequestData data = request.data();
        FetchResponseData response = new FetchResponseData();
        Session session;
        if (data.sessionId() == SESSIONLESS) {
            session = new Session(nextSession, broker);
        } else {
            session = sessions.get(data.sessionId());
            if (session == null || session.broker != broker) {
                return response.setErrorCode(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
            }
            if (session.epoch != data.sessionEpoch()) {
                return response.setErrorCode(Errors.INVALID_FETCH_SESSION_EPOCH.code());
            }
        }
        boolean isFull = data.sessionId() == SESSIONLESS;
        update(session, data);
        boolean hasNews = collect(session, request, response, isFull);
        if (!hasNews && mayWait) {
            return null;
        }
        if (isFull) {
            if (data.sessionEpoch() == INITIAL_EPOCH && !faults.strike(20)) {
                nextSession++;
                sessions.put(session.id, session);
                response.setSessionId(session.id);
            }
        } else if (data.sessionEpoch() == FINAL_EPOCH) {
            sessions.remove(session.id);
        } else {
            session.epoch++;
            response.setSessionId(session.id);
        }
        settle(session, response);
        return response;
    }

    private void update(Session session, FetchRequestData data) {
        for (FetchRequestData.FetchTopic topic : data.topics()) {
            for (FetchRequestData.FetchPartition asked : topic.partitions()) {
                TopicPartition key = key(topic.topic(), topic.topicId().toString(), asked.partition());
                SimulatedPartition partition = cluster.partition(topic.topic(), topic.topicId(), asked.partition());
                Errors unknown = topic.topic().isEmpty() ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
                session.wishes.computeIfAbsent(key, k -> new Wish(partition, unknown, topic)).asked = asked;
            }
        }
        for (FetchRequestData.ForgottenTopic topic : data.forgottenTopicsData()) {
            for (int number : topic.partitions()) {
                session.wishes.remove(key(topic.topic(), topic.topicId().toString(), number));
            }
        }
    }

    private static TopicPartition key(String name, String id, int number) {
        return new TopicPartition(name.isEmpty() ? id : name, number);
    }

    /** Whether there is anything that the client must hear at once. */
    private boolean collect(Session session, FetchRequest request, FetchResponseData response, boolean isFull) {
        int left = request.data().maxBytes();
        boolean isFirst = true;
        boolean hasNews = false;
        for (Wish wish : session.wishes.values()) {
            FetchResponseData.PartitionData data = read(session.broker, wish, request, left, isFirst);
            int size = data.records() == null ? 0 : data.records().sizeInBytes();
            left = Math.max(0, left - size);
            isFirst &= size == 0;
            boolean isError = data.errorCode() != Errors.NONE.code();
            hasNews |= size > 0 || isError;
            if (isFull
                    || size > 0
                    || isError
                    || data.highWatermark() != wish.toldHighWatermark
                    || data.lastStableOffset() != wish.toldStable) {
                add(response, wish, data);
            }
        }
        return hasNews;
    }

    private FetchResponseData.PartitionData read(
            int broker, Wish wish, FetchRequest request, int left, boolean isFirst) {
        FetchResponseData.PartitionData data = new FetchResponseData.PartitionData()
                .setPartitionIndex(wish.asked.partition())
                .setHighWatermark(-1)
                .setRecords(MemoryRecords.EMPTY);
        SimulatedPartition partition = wish.partition;
        Errors error = errorOf(broker, wish, partition);
        if (error != Errors.NONE) {
            return data.setErrorCode(error.code());
        }
        boolean committed = request.isolationLevel() == org.apache.kafka.common.IsolationLevel.READ_COMMITTED;
        long upTo = committed ? partition.lastStableOffset() : partition.highWatermark;
        data.setHighWatermark(partition.highWatermark)
                .setLastStableOffset(partition.lastStableOffset())
                .setLogStartOffset(partition.start);
        if (wish.asked.lastFetchedEpoch() >= 0) {
            EpochEnd epochEnd = partition.endOf(wish.asked.lastFetchedEpoch());
            if (epochEnd.leaderEpoch() < 0) {
                return data.setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code());
            }
            if (epochEnd.leaderEpoch() < wish.asked.lastFetchedEpoch()
                    || epochEnd.endOffset() < wish.asked.fetchOffset()) {
                return data.setDivergingEpoch(new FetchResponseData.EpochEndOffset()
                        .setEpoch(epochEnd.leaderEpoch())
                        .setEndOffset(epochEnd.endOffset()));
            }
        }
        int limit = Math.min(left, wish.asked.partitionMaxBytes());
        ByteBuffer bytes = bytes(partition, wish.asked.fetchOffset(), upTo, limit, isFirst);
        data.setRecords(MemoryRecords.readableRecords(bytes));
        if (committed && bytes.hasRemaining()) {
            List<FetchResponseData.AbortedTransaction> list = new ArrayList<>();
            for (Aborted aborted : partition.abortedWithin(wish.asked.fetchOffset(), upTo)) {
                list.add(new FetchResponseData.AbortedTransaction()
                        .setProducerId(aborted.producerId())
                        .setFirstOffset(aborted.firstOffset()));
            }
            data.setAbortedTransactions(list);
        }
        return data;
    }

    private Errors errorOf(int broker, Wish wish, SimulatedPartition partition) {
        if (partition == null) {
            return wish.unknown;
        }
        if (partition.leader != broker) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        int epoch = wish.asked.currentLeaderEpoch();
        if (epoch >= 0 && epoch < partition.leaderEpoch) {
            return Errors.FENCED_LEADER_EPOCH;
        }
        if (epoch > partition.leaderEpoch) {
            return Errors.UNKNOWN_LEADER_EPOCH;
        }
        if (wish.asked.fetchOffset() < partition.start || wish.asked.fetchOffset() > partition.end) {
            return Errors.OFFSET_OUT_OF_RANGE;
        }
        if (faults.strike(100)) {
            return faults.pick(2) == 0 ? Errors.KAFKA_STORAGE_ERROR : Errors.UNKNOWN_SERVER_ERROR;
        }
        return Errors.NONE;
    }

    /** Where logs begin or end (ListOffsets). */
    ListOffsetsResponseData starts(int broker, ListOffsetsRequestData request) {
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        for (ListOffsetsRequestData.ListOffsetsTopic topic : request.topics()) {
            ListOffsetsResponseData.ListOffsetsTopicResponse result =
                    new ListOffsetsResponseData.ListOffsetsTopicResponse().setName(topic.name());
            for (ListOffsetsRequestData.ListOffsetsPartition asked : topic.partitions()) {
                SimulatedPartition partition = cluster.partition(topic.name(), null, asked.partitionIndex());
                ListOffsetsResponseData.ListOffsetsPartitionResponse answer =
                        new ListOffsetsResponseData.ListOffsetsPartitionResponse()
                                .setPartitionIndex(asked.partitionIndex());
                if (partition == null) {
                    answer.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
                } else if (partition.leader != broker) {
                    answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
                } else {
                    boolean isStart = asked.timestamp() == ListOffsetsRequest.EARLIEST_TIMESTAMP;
                    answer.setOffset(isStart ? partition.start : partition.highWatermark)
                            .setLeaderEpoch(partition.leaderEpoch);
                }
                result.partitions().add(answer);
            }
            response.topics().add(result);
        }
        return response;
    }

    /** Where leader epochs end (OffsetsForLeaderEpoch, KIP-101). */
    OffsetForLeaderEpochResponseData epochEnds(int broker, OffsetForLeaderEpochRequestData request) {
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderEpochRequestData.OffsetForLeaderTopic topic : request.topics()) {
            OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult result =
                    new OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult().setTopic(topic.topic());
            for (OffsetForLeaderEpochRequestData.OffsetForLeaderPartition asked : topic.partitions()) {
                SimulatedPartition partition = cluster.partition(topic.topic(), null, asked.partition());
                OffsetForLeaderEpochResponseData.EpochEndOffset answer =
                        new OffsetForLeaderEpochResponseData.EpochEndOffset().setPartition(asked.partition());
                if (partition == null) {
                    answer.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
                } else if (partition.leader != broker) {
                    answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
                } else {
                    EpochEnd epochEnd = partition.endOf(asked.leaderEpoch());
                    answer.setLeaderEpoch(epochEnd.leaderEpoch()).setEndOffset(epochEnd.endOffset());
                }
                result.partitions().add(answer);
            }
            response.topics().add(result);
        }
        return response;
    }

    /** Whole batches and perhaps a part of one, as a slice of a segment file is. */
    private ByteBuffer bytes(SimulatedPartition partition, long fromOffset, long upTo, int limit, boolean isFirst) {
        List<Stored> found = new ArrayList<>();
        int size = 0;
        for (int i = partition.indexOf(fromOffset); i < partition.log.size() && size < limit; i++) {
            Stored stored = partition.log.get(i);
            if (stored.baseOffset() >= upTo) {
                break;
            }
            found.add(stored);
            size += stored.bytes().remaining();
        }
        if (found.isEmpty()) {
            return ByteBuffer.allocate(0);
        }
        int first = found.get(0).bytes().remaining();
        if (first > limit && !isFirst) {
            return ByteBuffer.allocate(0);
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.max(Math.min(size, limit), isFirst ? first : 0));
        for (Stored stored : found) {
            int count = Math.min(bytes.remaining(), stored.bytes().remaining());
            bytes.put(bytes.position(), stored.bytes(), 0, count).position(bytes.position() + count);
        }
        return bytes.flip();
    }

    private static void add(FetchResponseData response, Wish wish, FetchResponseData.PartitionData data) {
        response.responses()
                .add(new FetchResponseData.FetchableTopicResponse()
                        .setTopic(wish.topic.topic())
                        .setTopicId(wish.topic.topicId())
                        .setPartitions(List.of(data)));
    }

    /** After the answer: what was told is known, and what got data goes to the end of the queue. */
    private void settle(Session session, FetchResponseData response) {
        for (FetchResponseData.FetchableTopicResponse topic : response.responses()) {
            FetchResponseData.PartitionData data = topic.partitions().get(0);
            TopicPartition key = key(topic.topic(), topic.topicId().toString(), data.partitionIndex());
            Wish wish = session.wishes.get(key);
            wish.toldHighWatermark = data.highWatermark();
            wish.toldStable = data.lastStableOffset();
            wish.errorsInARow = data.errorCode() == Errors.NONE.code() ? 0 : wish.errorsInARow + 1;
            trace.say(
                    cluster,
                    "fetch",
                    key,
                    "@",
                    wish.asked.fetchOffset(),
                    "broker",
                    session.broker,
                    "session",
                    session.id,
                    Errors.forCode(data.errorCode()),
                    data.records().sizeInBytes(),
                    "bytes");
            if (wish.errorsInARow > MAX_ERRORS_IN_A_ROW) {
                throw new AssertionError(
                        key + " stays in session " + session.id + " of broker " + session.broker + " and only fails");
            }
            if (data.records().sizeInBytes() > 0) {
                session.wishes.remove(key);
                session.wishes.put(key, wish);
            }
        }
    }
}
