/**
 * Tests that no record is lost, duplicated or reordered, whatever fails: with real clusters, real processes of the distribution,
 * a continuous load, and one failure after the other.
 *
 * <p>{@link io.replicator.benchmarks.soak.Soak} takes each {@link io.replicator.benchmarks.soak.Scenario} through a
 * {@link io.replicator.benchmarks.soak.Run} on a {@link io.replicator.benchmarks.soak.Stage} of two clusters. A default
 * consumer reads the copy, which is compared byte for byte and counted: {@link io.replicator.benchmarks.soak.Verdict}. A seed
 * determines what fails and when; the timing on the machine still differs.
 */
package io.replicator.benchmarks.soak;
