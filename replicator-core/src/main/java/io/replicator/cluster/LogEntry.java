package io.replicator.cluster;

/**
 * A record to be appended to a {@link CompactedTopic}, as bytes. The arrays are handed over: they must not be changed afterwards.
 *
 * @param key the same bytes as the key of the record it replaces
 * @param value {@code null} for a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record LogEntry(byte[] key, byte[] value) {}
