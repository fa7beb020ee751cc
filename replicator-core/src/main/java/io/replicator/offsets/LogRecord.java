package io.replicator.offsets;

/** A record of the offset log, as bytes. Nobody writes them any more. */
final class LogRecord {
    private final byte[] key;
    private final byte[] value;

    /**
     * @param key the same bytes as those of what it replaces
     * @param value null for a tombstone
     */
    LogRecord(byte[] key, byte[] value) {
        this.key = key;
        this.value = value;
    }

    byte[] key() {
        return key;
    }

    byte[] value() {
        return value;
    }
}
