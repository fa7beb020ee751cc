/**
 * Conversations with brokers: connections, the cluster as it is seen, fetch sessions, produce requests, producer ids. What
 * a broker answers becomes plain values and {@link io.replicator.partition.Fault}s here; no other package but
 * {@code batch} names a class from inside kafka-clients. Each object belongs to the one agent that made it.
 */
package io.replicator.wire;
