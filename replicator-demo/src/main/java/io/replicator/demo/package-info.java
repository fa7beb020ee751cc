/**
 * The demonstration: two local clusters, a load, the daemon, a look at it while it works, a verification, a summary.
 *
 * <pre>
 *   ClusterDemo (the story) -- Playground -- two KafkaClusters, each broker a child JVM
 *        |                          +------- Traffic ---- LoadProcess (child JVM) -- TopicWriter, one for each topic
 *        +-- Daemon, as 'replicator run' starts it, in this process
 *        +-- LiveView, Summary: from snapshots to lines
 * </pre>
 *
 * <p>A module of its own, because it needs both the daemon and the testkit, which know nothing of each other at run time
 * and are never shipped together. The load has its own process, so that the CPU time of this one is the replicator's.
 */
package io.replicator.demo;
