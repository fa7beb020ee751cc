package io.replicator.daemon.settings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects errors and warnings while the settings are read, so that all of them are reported together. */
final class Mistakes {
    private final List<Mistake> errors = new ArrayList<>();
    private final List<Mistake> warnings = new ArrayList<>();

    void add(Place place, String key, String message) {
        errors.add(new Mistake(place, key, message));
    }

    void warn(Place place, String key, String message) {
        warnings.add(new Mistake(place, key, message));
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    /** Ordered by file and line; within a line in the order in which they were found. */
    List<String> errors() {
        return lines(errors);
    }

    List<String> warnings() {
        return lines(warnings);
    }

    private static List<String> lines(List<Mistake> mistakes) {
        return mistakes.stream()
                .sorted(Comparator.comparing(Mistake::place))
                .map(Mistake::toString)
                .distinct()
                .toList();
    }
}
