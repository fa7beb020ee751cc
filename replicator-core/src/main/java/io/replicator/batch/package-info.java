/**
 * The unit that is copied: one record batch of Kafka's format, in place in a buffer.
 *
 * <p>In: batches as the source's broker sent them. Out: batches that the target's broker accepts from a producer: base offset
 * 0, offsets without holes, the lane's producer identity, a right CRC. There are three ways:
 * {@link io.replicator.batch.BatchRewriter} (pass), {@link io.replicator.batch.BatchMerger} (coalesce) and
 * {@link io.replicator.batch.BatchRebuilder} (rebuild).
 *
 * <p>A batch is addressed as {@code (buffer, at)}: {@code at} is the absolute index of its first byte. Position and limit of
 * a caller's buffer are never moved, because two threads may read one receive buffer. Buffers are big-endian, heap or direct.
 * Everything runs on the caller's thread; an instance belongs to one thread.
 */
package io.replicator.batch;
