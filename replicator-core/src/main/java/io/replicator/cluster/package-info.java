/**
 * Access to one Kafka cluster for everything but the records' own path: admin calls, the ends of logs, and failures in words
 * that name the cluster, the operation and the remedy. Nothing above this package needs Kafka's admin client.
 */
package io.replicator.cluster;
