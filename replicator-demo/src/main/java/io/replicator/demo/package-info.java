/**
 * The demo: two local clusters, a load, the daemon, a live view, a verification, a summary.
 *
 * <pre>
 *   ClusterDemo (the steps) -- Playground -- two KafkaClusters, each broker a child JVM
 *        |                          +------- Traffic ---- LoadProcess (child JVM) -- TopicWriter, one for each topic
 *        +-- Daemon, as 'replicator run' starts it, in this process
 *        +-- LiveView, Summary: from snapshots to lines
 * </pre>
 *
 * <p>It is a separate module because it needs both the daemon and the testkit, which do not depend on each other and are never
 * shipped together. The load has its own process, so that the CPU time of this process is the daemon's.
 */
package io.replicator.demo;
