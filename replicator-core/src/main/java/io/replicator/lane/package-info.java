/**
 * A lane: a fetcher and a producer on two threads, linked by a ring, and the partitions that they serve.
 *
 * <p>In: calls of the control plane, which become commands in the two agents' mailboxes. Out: progress that is to be saved,
 * and what a lane measures. Thread: the control plane's. A lane whose agent died is closed as a whole, and a new one goes on
 * in its memory.
 */
package io.replicator.lane;
