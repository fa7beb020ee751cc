package io.replicator.offsets;

import io.replicator.cluster.UnavailableException;

/** The offset log could not be written or read. The message says what happened, to which topic, and what to do. */
public final class OffsetLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean isTransient;
    private final boolean isTruncation;

    OffsetLogException(String message, Throwable cause, boolean isTransient) {
        this(message, cause, isTransient, false);
    }

    private OffsetLogException(String message, Throwable cause, boolean isTransient, boolean isTruncation) {
        super(message, cause);
        this.isTransient = isTransient;
        this.isTruncation = isTruncation;
    }

    /** The target did not do it. */
    static OffsetLogException of(String what, UnavailableException failure) {
        return new OffsetLogException(what + ": " + failure.words(), failure, failure.isTransient());
    }

    /** Something that an operator has to change before another attempt can succeed. */
    static OffsetLogException refused(String message) {
        return new OffsetLogException(message, null, false);
    }

    /** The log ends before the offset that it was read to. */
    static OffsetLogException truncated(String message) {
        return new OffsetLogException(message, null, false, true);
    }

    /** Whether the log lost records that were read: an instance that restarts continues with what it holds now. */
    public boolean isTruncation() {
        return isTruncation;
    }

    /** Whether a login or a right is missing: another attempt succeeds once it has been granted. */
    public boolean isDenied() {
        return getCause() instanceof UnavailableException failure && failure.isDenied();
    }

    /** Whether another attempt may succeed although nobody changed anything. */
    public boolean isTransient() {
        return isTransient;
    }
}
