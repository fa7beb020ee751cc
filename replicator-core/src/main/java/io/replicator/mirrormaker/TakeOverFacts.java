package io.replicator.mirrormaker;

import io.replicator.cluster.LogBounds;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * What was read of one partition to find out where MirrorMaker 2 stopped.
 *
 * @param source the partition
 * @param target the partition that holds its copy
 * @param saved the source offset of the last record that MirrorMaker 2 saved as copied; empty where it saved none
 * @param sourceLog where the source's log starts and ends
 * @param targetLog where the target's log starts and ends
 * @param before the source's records up to the saved offset
 * @param after the source's records after it
 * @param isAfterWhole whether those are all
 * @param tail the target's last records
 * @param isTailWhole whether those are all
 */
record TakeOverFacts(
        TopicPartition source,
        TopicPartition target,
        OptionalLong saved,
        LogBounds sourceLog,
        LogBounds targetLog,
        HashedRecords before,
        HashedRecords after,
        boolean isAfterWhole,
        HashedRecords tail,
        boolean isTailWhole) {}
