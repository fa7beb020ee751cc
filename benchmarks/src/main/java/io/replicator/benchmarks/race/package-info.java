/**
 * Compares Replicator with MirrorMaker 2, end to end: the same records, the same brokers, one after the other.
 *
 * <p>{@link io.replicator.benchmarks.race.Race} takes a {@link io.replicator.benchmarks.race.Suite} of
 * {@link io.replicator.benchmarks.race.DataSet}s through an {@link io.replicator.benchmarks.race.Arena} of two clusters.
 * Each {@link io.replicator.benchmarks.race.Contender} is a process of its own, with its own JVM options, as its users
 * start it; {@link io.replicator.benchmarks.race.Heat} is one copy by one of them, measured from outside, and
 * {@link io.replicator.benchmarks.compare.Equality} compares the copy with the source, record by record. No figure comes from a
 * contender itself. {@link io.replicator.benchmarks.race.Takeover} measures how soon another instance continues after a kill.
 */
package io.replicator.benchmarks.race;
