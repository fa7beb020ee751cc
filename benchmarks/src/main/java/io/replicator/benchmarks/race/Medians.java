package io.replicator.benchmarks.race;

import java.util.Collection;
import java.util.function.ToDoubleFunction;

/** Medians of the figures of several rounds. */
final class Medians {
    private Medians() {}

    /** The median of one figure; {@code NaN} when there is none. */
    static <T> double of(Collection<T> results, ToDoubleFunction<T> figure) {
        double[] sorted = results.stream().mapToDouble(figure).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
