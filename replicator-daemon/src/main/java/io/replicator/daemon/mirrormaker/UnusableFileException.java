package io.replicator.daemon.mirrormaker;

/** A file of MirrorMaker 2 contains nothing to import. The message is one line for the user, and contains no value. */
public final class UnusableFileException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableFileException(String message) {
        super(message);
    }
}
