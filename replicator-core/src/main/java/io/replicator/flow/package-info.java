/**
 * One flow's control plane: what to copy, who copies it, what it looks like now. One thread per flow; it never stands
 * in the data's way: it hands plans to lanes through their mailboxes and reads what they publish.
 */
package io.replicator.flow;
