/**
 * How long the pieces of the hot path take, measured with JMH. Run by hand, on a quiet machine: see the README beside
 * the module's {@code pom.xml}.
 */
package io.replicator.benchmarks.pieces;
