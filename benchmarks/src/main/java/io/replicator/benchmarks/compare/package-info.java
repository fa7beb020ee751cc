/**
 * Checks a copy as its readers see it. {@link io.replicator.benchmarks.compare.Equality} compares two topics byte for byte;
 * {@link io.replicator.benchmarks.compare.Tally} counts records that are duplicated, missing or out of order, when the records
 * have a stamp. Both read with Kafka's own consumer and use nothing of Replicator.
 */
package io.replicator.benchmarks.compare;
