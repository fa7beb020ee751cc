package io.replicator.batch;

/** A compressed batch that would unfold to more bytes than this process may spend on one batch. */
public final class BatchTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BatchTooLargeException(String reason) {
        super(reason);
    }
}
