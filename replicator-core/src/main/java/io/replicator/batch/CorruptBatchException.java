package io.replicator.batch;

/** A batch is corrupt: a wrong CRC, an impossible length, records that do not parse. */
public final class CorruptBatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CorruptBatchException(String reason) {
        super(reason);
    }

    public CorruptBatchException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
