package io.replicator.daemon.settings;

import java.util.List;

/** The settings cannot be used. Has all their mistakes, one line each. */
public final class BadSettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<String> lines;

    BadSettingsException(List<String> lines) {
        super(String.join(System.lineSeparator(), lines));
        this.lines = List.copyOf(lines);
    }

    /** {@code file:line: key: what is wrong; what is allowed}, by file and line. */
    public List<String> lines() {
        return lines;
    }

    /** The line to print after the list. */
    public String closingLine() {
        return lines.size() == 1 ? "1 mistake; nothing was started" : lines.size() + " mistakes; nothing was started";
    }
}
