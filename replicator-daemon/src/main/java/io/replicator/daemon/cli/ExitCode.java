package io.replicator.daemon.cli;

/** How a command ends; beyond 1 the codes are those of sysexits.h. */
final class ExitCode {
    static final int OK = 0;

    /** The comparison found a difference. */
    static final int DIFFERENT = 1;

    /** There is no exact answer. */
    static final int CANNOT_SAY = 1;

    static final int USAGE = 64;
    static final int UNAVAILABLE = 69;
    static final int INTERNAL = 70;
    static final int NO_PERMISSION = 77;
    static final int CONFIGURATION = 78;

    private ExitCode() {}
}
