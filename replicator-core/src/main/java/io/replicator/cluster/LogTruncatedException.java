package io.replicator.cluster;

/** A log ends before the offset up to which it was read: it was truncated, or deleted and recreated. */
public final class LogTruncatedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long end;

    public LogTruncatedException(String topic, long readTo, long end) {
        super("topic " + topic + " ends at offset " + end + ", but was read up to " + readTo);
        this.end = end;
    }

    /** Where the log ends now. */
    public long end() {
        return end;
    }
}
