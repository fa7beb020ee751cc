package io.replicator.wire;

import io.replicator.config.Isolation;

/**
 * What every fetch request asks for.
 *
 * @param maxWaitMillis how long the broker may wait for a first byte
 * @param maxBytes the most the broker should answer, unless a single batch is larger
 * @param partitionMaxBytes the same, of one partition
 * @param isolation which records count
 */
public record FetchLimits(int maxWaitMillis, int maxBytes, int partitionMaxBytes, Isolation isolation) {}
