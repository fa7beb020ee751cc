/**
 * Stage 2: what the fetcher hands to the producer. One ring for each lane: in goes a batch's place in a receive buffer,
 * out it comes on the other thread; nothing is copied.
 */
package io.replicator.ring;
