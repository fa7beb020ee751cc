package io.replicator.benchmarks.race;

import java.util.Arrays;
import java.util.Locale;

/** A table in Markdown. */
final class Table {
    private final StringBuilder text = new StringBuilder();

    void row(String... cells) {
        text.append("| ").append(String.join(" | ", Arrays.asList(cells))).append(" |\n");
    }

    /** A number for a cell; nothing for {@code NaN}. */
    static String format(String pattern, double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, pattern, value);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
