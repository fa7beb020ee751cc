package io.replicator.daemon.cli;

import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.offsets.OffsetLogException;

/** A command cannot do its work, and this program is not the cause. The message is one line for the user. */
final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Work that calls clusters. */
    interface ClusterCalls<T> {
        T run() throws CommandException, InterruptedException;
    }

    /** Runs the calls, and turns the failures of clusters into a message and an exit code. */
    static <T> T run(ClusterCalls<T> calls) throws CommandException, InterruptedException {
        try {
            return calls.run();
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
