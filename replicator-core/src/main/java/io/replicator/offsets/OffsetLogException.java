package io.replicator.offsets;

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

    /** Whether another attempt may succeed although nobody changed anything. */
    public boolean isTransient() {
        return isTransient;
    }
}
