package io.replicator.wire;

import io.replicator.partition.Fault;
import org.apache.kafka.common.protocol.Errors;

/** Maps brokers' error codes to faults. The only place that does. */
final class FaultOf {
    private FaultOf() {}

    /** A source broker's error for one fetched partition. */
    static Fault fetch(Errors error) {
        return switch (error) {
            case NOT_LEADER_OR_FOLLOWER,
                    LEADER_NOT_AVAILABLE,
                    FENCED_LEADER_EPOCH,
                    UNKNOWN_LEADER_EPOCH,
                    REPLICA_NOT_AVAILABLE,
                    OFFSET_NOT_AVAILABLE,
                    INCONSISTENT_TOPIC_ID -> Fault.SOURCE_LEADER_MOVED;
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID -> Fault.SOURCE_TOPIC_MISSING;
            case TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED -> Fault.SOURCE_NOT_AUTHORIZED;
            case OFFSET_OUT_OF_RANGE -> Fault.SOURCE_OFFSET_OUT_OF_RANGE;
            case CORRUPT_MESSAGE -> Fault.SOURCE_BATCH_CORRUPT;
            default -> Fault.SOURCE_BROKER_ERROR;
        };
    }

    /** A target broker's error for a request about a producer id or its coordinator. */
    static Fault identity(Errors error) {
        return error == Errors.UNSUPPORTED_VERSION ? Fault.TARGET_LACKS_TRANSACTIONS : produce(error);
    }

    /** A target broker's error for one produced batch. */
    static Fault produce(Errors error) {
        return switch (error) {
            case NOT_LEADER_OR_FOLLOWER, LEADER_NOT_AVAILABLE, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH ->
                Fault.TARGET_LEADER_MOVED;
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INCONSISTENT_TOPIC_ID, INVALID_TOPIC_EXCEPTION ->
                Fault.TARGET_TOPIC_MISSING;
            case REQUEST_TIMED_OUT -> Fault.TARGET_TIMED_OUT;
            case NOT_ENOUGH_REPLICAS -> Fault.TARGET_LACKS_REPLICAS;
            case NOT_ENOUGH_REPLICAS_AFTER_APPEND -> Fault.TARGET_LOST_REPLICAS;
            case KAFKA_STORAGE_ERROR -> Fault.TARGET_STORAGE_ERROR;
            case TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED ->
                Fault.TARGET_NOT_AUTHORIZED;
            case CORRUPT_MESSAGE -> Fault.TARGET_BATCH_CORRUPT;
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> Fault.RECORD_TOO_LARGE;
            case INVALID_RECORD,
                    INVALID_TIMESTAMP,
                    POLICY_VIOLATION,
                    UNSUPPORTED_COMPRESSION_TYPE,
                    UNSUPPORTED_FOR_MESSAGE_FORMAT -> Fault.RECORD_REFUSED;
            case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_ID_MAPPING -> Fault.SEQUENCE_LOST;
            case INVALID_PRODUCER_EPOCH, PRODUCER_FENCED -> Fault.FENCED;
            case INVALID_TXN_STATE, TRANSACTION_ABORTABLE -> Fault.TRANSACTION_LOST;
            default ->
                error.exception() instanceof org.apache.kafka.common.errors.RetriableException
                        ? Fault.TARGET_BROKER_ERROR
                        : Fault.UNEXPECTED;
        };
    }

    /** The error as text, for messages. */
    static String words(Errors error) {
        return error.name() + ": " + error.message();
    }
}
