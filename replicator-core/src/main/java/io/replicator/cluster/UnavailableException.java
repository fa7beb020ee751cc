package io.replicator.cluster;

/**
 * A cluster does not do what it was asked: the world's fault, worth trying again. The message names the cluster, what
 * was tried, why it failed and what to do; it never holds a secret.
 */
public final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    UnavailableException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** What kind of trouble it is. */
    public enum Reason {
        /** Nothing answers in time. */
        UNREACHABLE,
        /** Wrong user, password, certificate or protocol. */
        NOT_AUTHENTICATED,
        /** A right is missing. */
        DENIED,
        /** The cluster answered, and said no. */
        REFUSED
    }
}
