package io.replicator.offsets;

import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;

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

    /** Something that an operator has to change before another attempt can succeed. */
    static OffsetLogException refused(String message) {
        return new OffsetLogException(message, null, false);
    }

    /** The log ends before the offset that it was read to. */
    static OffsetLogException truncated(String message) {
        return new OffsetLogException(message, null, false, true);
    }

    /** Whether the log lost records that were read: whoever starts again goes on with what it holds now. */
    public boolean isTruncation() {
        return isTruncation;
    }

    /** Whether the target refuses us or what we ask for: another attempt succeeds once it has been granted. */
    public boolean isDenied() {
        return getCause() instanceof AuthorizationException || getCause() instanceof AuthenticationException;
    }

    /** Whether another attempt may succeed although nobody changed anything. */
    public boolean isTransient() {
        return isTransient;
    }
}
