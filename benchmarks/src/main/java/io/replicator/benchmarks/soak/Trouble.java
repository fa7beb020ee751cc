package io.replicator.benchmarks.soak;

/** One kind of failure, caused repeatedly. */
interface Trouble {
    /** Causes it once, and repairs everything, so that the copy can continue. */
    void strike(Run run);
}
