package io.replicator.positions;

/**
 * The record that a group reads next.
 *
 * @param offset where it stands
 * @param timestampMillis its own, in milliseconds since 1970
 * @param key as text, shortened; empty when it has none, or none that is text
 * @param keyBytes -1 when it has none
 * @param valueBytes -1 for a tombstone
 */
public record FirstRecord(long offset, long timestampMillis, String key, int keyBytes, int valueBytes) {}
