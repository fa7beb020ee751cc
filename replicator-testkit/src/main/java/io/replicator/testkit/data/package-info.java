/**
 * Data to replicate, and what became of it: generators that make the same records from the same seed, writers for the
 * shapes a log can take (batches, codecs, transactions, holes, odd records), and {@link io.replicator.testkit.data.TopicDump},
 * which reads a topic back as a consumer sees it.
 *
 * <p>Everything runs on the caller's thread, against any cluster that clients can reach.
 */
package io.replicator.testkit.data;
