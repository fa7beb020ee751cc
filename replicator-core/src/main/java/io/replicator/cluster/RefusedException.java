package io.replicator.cluster;

/** What was asked for is wrong for good: trying again cannot help, an operator has to change the configuration. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
