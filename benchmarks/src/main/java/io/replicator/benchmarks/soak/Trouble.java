package io.replicator.benchmarks.soak;

/** One kind of trouble; it comes again and again. */
interface Trouble {
    /** Makes it once, and leaves everything such that the copy can go on. */
    void strike(Run run);
}
