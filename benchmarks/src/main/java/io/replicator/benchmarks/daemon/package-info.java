/**
 * The daemon as a process of its own, started from the distribution as its users start it, and everything bad that can
 * happen to it: {@link io.replicator.benchmarks.daemon.Instance}. It is asked how it does over HTTP only, as an operator
 * would.
 */
package io.replicator.benchmarks.daemon;
