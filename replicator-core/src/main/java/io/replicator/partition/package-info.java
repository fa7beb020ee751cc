/**
 * One source partition and its copy, as every stage sees it: what it is doing, its faults and their remedies.
 *
 * <p>A package of its own because every stage uses it, and the stages must not know each other. In: what each stage publishes
 * about a partition. Out: what the other stages, the control plane and the status read. Each field of
 * {@link io.replicator.partition.Partition} has one writing thread, named beside it; everything else is immutable. The stages
 * communicate about a partition only through this package, the ring, and the counts in receive buffers.
 */
package io.replicator.partition;
