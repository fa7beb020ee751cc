package io.replicator.flow;

/** The flow ends because of something that another start may overcome and another attempt may not. */
final class BrokenOffException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenOffException(String message) {
        super(message);
    }
}
