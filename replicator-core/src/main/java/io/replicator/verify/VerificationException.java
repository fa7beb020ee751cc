package io.replicator.verify;

import io.replicator.cluster.UnavailableException;

/** A verification failed before it had a result. The message says why, for a person. */
public final class VerificationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean isUnreachable;

    VerificationException(String message, Throwable cause, boolean isUnreachable) {
        super(message, cause);
        this.isUnreachable = isUnreachable;
    }

    /** A cluster does not answer, or refuses. */
    static VerificationException of(UnavailableException failure) {
        return new VerificationException(
                failure.getMessage(), failure, failure.reason() == UnavailableException.Reason.UNREACHABLE);
    }

    /** Whether a cluster did not answer, as opposed to a refusal or to nothing being there to compare. */
    public boolean isUnreachable() {
        return isUnreachable;
    }
}
