/**
 * Real Kafka clusters, for tests, the demo and benchmarks; never part of the daemon.
 *
 * <p>{@link io.replicator.testkit.KafkaCluster#builder()} is the way in. A cluster is made of ordinary brokers, each a
 * JVM of its own on 127.0.0.1 (or a container), so that what is tried here is what happens in production: brokers can be
 * stopped, killed, paused and started again, and nothing of them outlives the process that asked for them.
 *
 * <pre>
 *   ClusterBuilder -- ClusterPlan --+-- LocalCluster ----- LocalBroker ----- BrokerProcess (child JVM)
 *                                   +-- ContainerCluster - ContainerBroker - apache/kafka image
 * </pre>
 *
 * <p>All is called from the caller's thread. JUnit is only needed by {@code io.replicator.testkit.junit}, Testcontainers
 * only by the container classes.
 */
package io.replicator.testkit;
