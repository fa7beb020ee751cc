/**
 * Measures parts of the hot path with JMH. Run it by hand, on a machine without other load: see the module's README.
 */
package io.replicator.benchmarks.pieces;
