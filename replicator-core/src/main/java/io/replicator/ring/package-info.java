/**
 * Stage 2: the ring between a lane's fetcher and its producer.
 *
 * <p>In: the place of each fetched batch in a receive buffer, on the fetcher's thread. Out: the same on the producer's thread.
 * Nothing is copied, and no thread ever waits in the ring: the fetcher looks for room before it claims a slot.
 */
package io.replicator.ring;
