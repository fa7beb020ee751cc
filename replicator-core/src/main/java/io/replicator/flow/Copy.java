package io.replicator.flow;

import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Partition;

/**
 * One partition that the flow copies: what the stages share of it, its map, and the lane that serves it.
 *
 * @param partition what the stages share
 * @param map the producer's while the lane lives
 * @param lane the lane's number
 * @param laneIndex the partition's number within the lane
 */
record Copy(Partition partition, OffsetMap map, int lane, int laneIndex) {}
