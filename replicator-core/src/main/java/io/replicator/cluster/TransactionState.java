package io.replicator.cluster;

import java.util.OptionalLong;

/**
 * A transactional id as its coordinator knows it.
 *
 * @param state Kafka's word, such as {@code Ongoing}
 * @param startMillis when its open transaction began, in milliseconds since 1970
 */
public record TransactionState(String transactionalId, long producerId, String state, OptionalLong startMillis) {}
