package io.replicator.cluster;

import java.util.OptionalLong;

/**
 * A producer that a partition's leader knows.
 *
 * @param lastTimestampMillis of the last record it wrote there, in milliseconds since 1970
 * @param transactionStartOffset of its open transaction in this partition, if it has one
 */
public record ActiveProducer(long producerId, long lastTimestampMillis, OptionalLong transactionStartOffset) {}
