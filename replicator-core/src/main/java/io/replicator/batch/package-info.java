/**
 * The unit that travels: one record batch of Kafka's format, where it lies in a buffer.
 *
 * <p>In come batches as the source's broker sent them; out go batches that the target's broker takes from a producer: base
 * offset 0, offsets without holes, our identity, a right CRC. Three ways lead there: {@link
 * io.replicator.batch.BatchRewriter} (pass), {@link io.replicator.batch.BatchMerger} (coalesce) and {@link
 * io.replicator.batch.BatchRebuilder} (rebuild).
 *
 * <p>A batch is addressed as {@code (buffer, at)}: {@code at} is the absolute index of its first byte. Position and limit of
 * a caller's buffer are never moved, because two threads may look at one receive buffer. Buffers are big-endian, heap or
 * direct. Everything here runs on the caller's thread; an instance belongs to one thread.
 */
package io.replicator.batch;
