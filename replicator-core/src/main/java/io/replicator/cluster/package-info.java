/**
 * Access to one Kafka cluster for everything but the records' own path: admin calls, the bounds of logs, compacted topics,
 * readers of records, membership in a consumer group. {@link io.replicator.cluster.Cluster} and what it opens are ports:
 * interfaces with records of their own, so that a simulated cluster can implement them.
 * {@link io.replicator.cluster.KafkaCluster} implements them with Kafka's clients. Nothing above this package needs those.
 *
 * <p>Every failure is judged here: {@link io.replicator.cluster.UnavailableException} says in words what is wrong and what
 * to do, and by its {@link io.replicator.cluster.ClusterError} what callers decide by. Calls block, with timeouts.
 */
package io.replicator.cluster;
