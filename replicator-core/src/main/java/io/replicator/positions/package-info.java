/**
 * Positions of consumer groups: translated for a person or a program, and kept up to date on the target. Comes in: what the
 * flow saved about its copies, and the groups of both clusters. Goes out: positions on the target, and a report of each.
 * {@link io.replicator.positions.GroupSync} is the task that does this round by round; it has no thread and no clock of its
 * own. {@link io.replicator.positions.PositionRule} decides what is written, as a pure function.
 */
package io.replicator.positions;
