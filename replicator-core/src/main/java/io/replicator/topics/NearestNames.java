package io.replicator.topics;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds what a person may have meant who wrote a name that does not exist. */
final class NearestNames {
    private static final int MOST = 3;

    private NearestNames() {}

    /** A question to append to a message, or nothing where no name is near. */
    static String hint(String written, Collection<String> names) {
        List<String> near = of(written, names);
        return near.isEmpty() ? "" : "; did you mean " + String.join(", ", near) + "?";
    }

    /** The nearest names, the nearest first: those that differ by a third of their letters at most. */
    static List<String> of(String written, Collection<String> names) {
        String plain = written.replaceAll("[^a-zA-Z0-9._-]", "");
        int most = Math.max(1, plain.length() / 3);
        return names.stream()
                .filter(name -> Math.abs(name.length() - plain.length()) <= most)
                .filter(name -> distance(plain, name) <= most)
                .sorted(Comparator.<String>comparingInt(name -> distance(plain, name))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .toList();
    }

    /** Levenshtein's: letters to insert, remove or replace. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
