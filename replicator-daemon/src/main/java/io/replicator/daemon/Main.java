package io.replicator.daemon;

import io.replicator.daemon.cli.ReplicatorCommand;

/** The main class. */
public final class Main {
    private Main() {}

    /**
     * Runs one command and exits with its code.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        System.exit(ReplicatorCommand.execute(arguments));
    }
}
