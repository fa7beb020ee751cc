package io.replicator.simulation;

import java.util.SplittableRandom;

/** How often the world of one lifetime goes wrong, drawn once from its seed; nothing goes wrong any more once it is calm. */
final class Faults {
    private final SplittableRandom random;
    private final int intensity;
    private boolean calm;

    Faults(SplittableRandom random) {
        // A third of all lifetimes is quiet, a third ordinary, a third wild.
        this(random, new int[] {0, 10, 60}[random.nextInt(3)]);
    }

    private Faults(SplittableRandom random, int intensity) {
        this.random = random;
        this.intensity = intensity;
    }

    /** Nothing goes wrong but what a test does itself. */
    static Faults none(SplittableRandom random) {
        return new Faults(random, 0);
    }

    /** From now on nothing goes wrong. */
    void calm() {
        calm = true;
    }

    boolean isCalm() {
        return calm;
    }

    /** Whether something that goes wrong once in {@code times} of a wild lifetime goes wrong now. */
    boolean strike(int times) {
        return !calm && intensity > 0 && random.nextInt(times * 60) < intensity;
    }

    /** Evenly from 0 to one below the bound; 0 once it is calm. */
    int upTo(int bound) {
        return calm ? 0 : random.nextInt(bound);
    }

    int pick(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public String toString() {
        return "faults " + intensity;
    }
}
