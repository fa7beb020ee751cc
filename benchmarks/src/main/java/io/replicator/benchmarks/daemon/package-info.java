/**
 * The daemon as a separate process, started from the distribution as its users start it, which can be killed, frozen and
 * stopped: {@link io.replicator.benchmarks.daemon.Instance}. Its state is read over HTTP only, as an operator would.
 */
package io.replicator.benchmarks.daemon;
