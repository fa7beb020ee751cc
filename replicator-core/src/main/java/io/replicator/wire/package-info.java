/**
 * Conversations with brokers on the data path. A {@code README.md} beside this file explains connections and memory.
 *
 * <p>In: what an agent asks: metadata, fetch sessions, produce requests, producer ids, transactions, reads of the target's
 * log. Out: answers as plain values and {@link io.replicator.partition.Fault}s, and batches in buffers of the
 * {@link io.replicator.wire.ReceivePool}. No other package but {@code batch} names an internal class of kafka-clients, so
 * that an upgrade of kafka-clients touches two packages.
 *
 * <p>Each object belongs to the thread of the agent that made it.
 */
package io.replicator.wire;
