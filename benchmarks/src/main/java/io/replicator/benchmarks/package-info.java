/** Replicator. */
package io.replicator.benchmarks;
