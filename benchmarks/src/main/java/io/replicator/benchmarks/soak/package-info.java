/**
 * The proof that nothing is lost, repeated or put out of order, whatever dies: real clusters, real processes of the
 * distribution, a load that never rests, and one trouble after the other.
 *
 * <p>{@link io.replicator.benchmarks.soak.Soak} takes each {@link io.replicator.benchmarks.soak.Scenario} through a
 * {@link io.replicator.benchmarks.soak.Run} on a {@link io.replicator.benchmarks.soak.Stage} of two clusters. What came of it
 * is read back by a default consumer, compared byte for byte and counted: {@link io.replicator.benchmarks.soak.Verdict}. What
 * happens, and when, comes from a seed; how the machine takes it does not.
 */
package io.replicator.benchmarks.soak;
