package io.replicator.daemon.cli;

import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.offsets.OffsetLogException;

/** A command cannot do its work, for a reason that is not a fault of this program: one line for the user. */
final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Something that asks clusters. */
    interface Attempt<T> {
        T make() throws CommandException, InterruptedException;
    }

    /** Does it; what it is refused, or a cluster does not do, ends the command with the words and the code for that. */
    static <T> T orSaid(Attempt<T> attempt) throws CommandException, InterruptedException {
        try {
            return attempt.make();
        } catch (RefusedException refusal) {
            throw new CommandException(ExitCode.CONFIGURATION, refusal.getMessage());
        } catch (UnavailableException failure) {
            boolean isDenied = failure.reason() == UnavailableException.Reason.DENIED;
            throw new CommandException(isDenied ? ExitCode.NO_PERMISSION : ExitCode.UNAVAILABLE, failure.getMessage());
        } catch (OffsetLogException failure) {
            throw new CommandException(
                    failure.isDenied() ? ExitCode.NO_PERMISSION : ExitCode.UNAVAILABLE, failure.getMessage());
        }
    }

    int exitCode() {
        return exitCode;
    }
}
