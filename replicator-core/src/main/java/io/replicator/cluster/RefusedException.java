package io.replicator.cluster;

/** The request can never succeed: an operator has to change the configuration. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
