package io.replicator.verify;

/** A verification could not be carried out. The message says why, for a person. */
public final class VerificationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean isUnreachable;

    VerificationException(String message, Throwable cause, boolean isUnreachable) {
        super(message, cause);
        this.isUnreachable = isUnreachable;
    }

    /** Whether a cluster did not answer, as opposed to a refusal or to nothing being there to compare. */
    public boolean isUnreachable() {
        return isUnreachable;
    }
}
