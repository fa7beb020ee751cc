package io.replicator.batch;

/** A compressed batch is larger uncompressed than this process may hold of one batch. */
public final class BatchTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BatchTooLargeException(String reason) {
        super(reason);
    }
}
