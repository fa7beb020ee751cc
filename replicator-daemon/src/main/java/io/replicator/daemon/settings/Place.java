package io.replicator.daemon.settings;

import com.typesafe.config.ConfigOrigin;
import java.util.regex.Pattern;

/**
 * Where a setting is written.
 *
 * @param source the file as the user named it, {@code -D key} for an override, {@code env var NAME} for the environment
 * @param line counted from 1; 0 when there are no lines
 */
record Place(String source, int line) implements Comparable<Place> {
    /** The library appends the line to the name of a source, or a range of lines when objects of one file were merged. */
    private static final Pattern LINES = Pattern.compile(": \\d+(-\\d+)?$");

    /** The library's prefix for an origin that consists of several; it does not help a person. */
    private static final String MERGED = "merge of ";

    /** The library's prefix for our own defaults, where a user need not look. */
    private static final String DEFAULTS = "reference.conf @ ";

    /**
     * The place of an origin.
     *
     * @param whole the place to return when the origin is not one place
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
