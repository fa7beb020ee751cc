package io.replicator.daemon.cli;

/** Exit codes of the commands; those above 1 are from sysexits.h. */
final class ExitCode {
    static final int OK = 0;

    /** The comparison found a difference. */
    static final int DIFFERENT = 1;

    /** A translated position is not exact. */
    static final int INEXACT = 1;

    /** A group was not moved. */
    static final int NOT_MOVED = 1;

    static final int USAGE = 64;
    static final int UNAVAILABLE = 69;
    static final int INTERNAL = 70;
    static final int NO_PERMISSION = 77;
    static final int CONFIGURATION = 78;

    private ExitCode() {}
}
