package io.replicator.preflight;

/**
 * Something a preflight found.
 *
 * @param severity how much it matters
 * @param kind what it is about
 * @param cluster where, by its name in the configuration; empty where it concerns no single one
 * @param message what is wrong, where, and what to do
 */
public record Finding(Severity severity, Kind kind, String cluster, String message) {
    /** How much a finding matters. */
    public enum Severity {
        /** The flow, or a topic of it, cannot be copied. */
        ERROR,
        /** It can, but likely not as wanted. */
        WARNING,
        /** Good to know. */
        NOTE
    }

    /** What a finding is about. */
    public enum Kind {
        /** The file must be changed. */
        CONFIGURATION,
        /** A cluster does not answer, or does not let us in. */
        UNREACHABLE,
        /** A right must be granted. */
        PERMISSION,
        /** A topic, or what is not one. */
        TOPIC,
        /** A consumer group. */
        GROUP
    }
}
