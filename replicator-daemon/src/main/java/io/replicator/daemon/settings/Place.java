package io.replicator.daemon.settings;

import com.typesafe.config.ConfigOrigin;
import java.util.regex.Pattern;

/**
 * Where a setting was written.
 *
 * @param source the file as the user named it, {@code -D key} for an override, {@code env var NAME} for the environment
 * @param line counted from 1; 0 where there are no lines
 */
record Place(String source, int line) implements Comparable<Place> {
    /** What the library puts behind the name of a source; a range when objects of one file were merged. */
    private static final Pattern LINES = Pattern.compile(": \\d+(-\\d+)?$");

    /** The library's name for an origin that consists of several; no use to a person. */
    private static final String MERGED = "merge of ";

    /** The library's name for our own defaults, into which a user need not look. */
    private static final String DEFAULTS = "reference.conf @ ";

    /**
     * The place an origin stands for.
     *
     * @param whole where to point when the origin is not one place
     */
    static Place of(ConfigOrigin origin, Place whole) {
        String description = LINES.matcher(origin.description()).replaceFirst("");
        if (description.startsWith(MERGED) || description.startsWith(DEFAULTS)) {
            return whole;
        }
        if (description.startsWith(Overrides.ORIGIN)) {
            return new Place(description, 0);
        }
        return new Place(description, Math.max(0, origin.lineNumber()));
    }

    @Override
    public int compareTo(Place other) {
        int bySource = source.compareTo(other.source);
        return bySource != 0 ? bySource : Integer.compare(line, other.line);
    }

    @Override
    public String toString() {
        return line == 0 ? source : source + ":" + line;
    }
}
