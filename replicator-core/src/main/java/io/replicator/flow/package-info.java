/**
 * One flow's control plane: what to copy, who copies it, what it looks like now. It is an agent on one thread per flow
 * ({@link io.replicator.flow.FlowControl}), told the time, which never waits: what may wait for a cluster is a call on a queue
 * of its own. It never stands in the data's way: it hands plans to lanes through their mailboxes and reads what they
 * publish. The README beside this file describes its states, tasks, calls and invariants.
 */
package io.replicator.flow;
