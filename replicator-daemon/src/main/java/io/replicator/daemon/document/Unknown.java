package io.replicator.daemon.document;

import java.time.Instant;

/** The engine marks what it does not know with -1 or an empty text; a document has null there. */
final class Unknown {
    private Unknown() {}

    static String asNull(String text) {
        return text.isEmpty() ? null : text;
    }

    static Long asNull(long number) {
        return number < 0 ? null : number;
    }

    static Integer asNull(int number) {
        return number < 0 ? null : number;
    }

    /** ISO-8601. */
    static String timeOrNull(long millis) {
        return millis < 0 ? null : Instant.ofEpochMilli(millis).toString();
    }
}
