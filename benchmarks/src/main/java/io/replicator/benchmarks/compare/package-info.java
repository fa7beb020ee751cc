/**
 * What became of a copy, as a reader sees it: {@link io.replicator.benchmarks.compare.Equality} says whether two topics hold
 * the same, byte for byte; {@link io.replicator.benchmarks.compare.Tally} counts what is there twice, missing or out of
 * order, where records bear a stamp. Both read with Kafka's own consumer and ask no replicator anything.
 */
package io.replicator.benchmarks.compare;
