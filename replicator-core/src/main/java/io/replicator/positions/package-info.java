/**
 * Consumer groups: where they stand on the source, what position that is on the target, and how it gets there. All of it
 * is told by what the flow has saved in its {@link io.replicator.offsets.OffsetLog}, so it is the same for an instance
 * that runs and for a command beside it. Never in the data's way.
 */
package io.replicator.positions;
