package io.replicator.daemon.cli;

import io.replicator.offsets.OffsetLogException;
import io.replicator.topics.UnavailableException;

/** A command cannot do its work, for a reason that is not a fault of this program: one line for the user. */
final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** A cluster does not do what it was asked. */
    static CommandException of(UnavailableException failure) {
        boolean isDenied = failure.reason() == UnavailableException.Reason.DENIED;
        return new CommandException(isDenied ? ExitCode.NO_PERMISSION : ExitCode.UNAVAILABLE, failure.getMessage());
    }

    /** What the flow has saved cannot be read. */
    static CommandException of(OffsetLogException failure) {
        return new CommandException(
                failure.isDenied() ? ExitCode.NO_PERMISSION : ExitCode.UNAVAILABLE, failure.getMessage());
    }

    int exitCode() {
        return exitCode;
    }
}
