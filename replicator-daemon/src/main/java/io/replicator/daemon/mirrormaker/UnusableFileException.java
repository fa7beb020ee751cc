package io.replicator.daemon.mirrormaker;

/** A file of MirrorMaker 2 has nothing to import: one line for the user, which holds no value. */
public final class UnusableFileException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableFileException(String message) {
        super(message);
    }
}
