package io.replicator.cluster;

import java.util.Set;

/**
 * A cluster does not do what it was asked. Another attempt may succeed. The message names the cluster, what was tried, why
 * it failed and what to do; it never contains a secret.
 */
public final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final Set<ClusterError> NEED_AN_OPERATOR =
            Set.of(ClusterError.NOT_SUPPORTED, ClusterError.RECORD_TOO_LARGE, ClusterError.INVALID_TOPIC);

    private final Reason reason;
    private final ClusterError error;
    private final String words;

    /**
     * @param message all of it, for a person
     * @param words only what the cluster or the client said
     */
    public UnavailableException(Reason reason, ClusterError error, String message, String words, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.error = error;
        this.words = words;
    }

    /** A failure without a client's exception, as of a simulated cluster. */
    public UnavailableException(Reason reason, ClusterError error, String message) {
        this(reason, error, message, message, null);
    }

    public Reason reason() {
        return reason;
    }

    public ClusterError error() {
        return error;
    }

    /** What the cluster or the client said, without the cluster's name and the advice of the message. */
    public String words() {
        return words;
    }

    /** Whether the cluster does not answer at all, or does not let us in: then other questions fail, too. */
    public boolean isOfTheCluster() {
        return reason == Reason.UNREACHABLE || reason == Reason.NOT_AUTHENTICATED;
    }

    /** Whether a login or a right is missing. */
    public boolean isDenied() {
        return reason == Reason.DENIED || reason == Reason.NOT_AUTHENTICATED;
    }

    /** Whether another attempt may succeed although nobody changes anything. */
    public boolean isTransient() {
        return !isDenied() && !NEED_AN_OPERATOR.contains(error);
    }

    /** What kind of trouble it is. */
    public enum Reason {
        /** Nothing answers in time. */
        UNREACHABLE,
        /** Wrong user, password, certificate or protocol. */
        NOT_AUTHENTICATED,
        /** A right is missing. */
        DENIED,
        /** The cluster answered that it does not do this. */
        REFUSED
    }
}
