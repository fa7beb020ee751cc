package io.replicator.offsets;

import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;

/** The offset log could not be written or read. The message says what happened, to which topic, and what to do. */
public final class OffsetLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean isTransient;

    OffsetLogException(String message, Throwable cause, boolean isTransient) {
        super(message, cause);
        this.isTransient = isTransient;
    }

    /** Something that an operator has to change before another attempt can succeed. */
    static OffsetLogException refused(String message) {
        return new OffsetLogException(message, null, false);
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
