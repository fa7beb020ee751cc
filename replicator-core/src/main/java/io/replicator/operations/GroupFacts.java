package io.replicator.operations;

import io.replicator.cluster.CommittedPosition;
import io.replicator.cluster.GroupMember;
import io.replicator.positions.CopiedTopicState;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.common.TopicPartition;

/**
 * What both clusters and the flow's saved state say about a group that is to be moved.
 *
 * @param group its name on the source
 * @param targetGroup its name on the target
 * @param sourceMembers its members on the source
 * @param targetMembers its members on the target
 * @param committed its positions on the source that no transaction is about to change, in order
 * @param pending source partitions in which a transaction is about to change its position, in order
 * @param onTarget its positions on the target
 * @param copies what is known of the copy of each partition in which it has committed
 */
record GroupFacts(
        String group,
        String targetGroup,
        List<GroupMember> sourceMembers,
        List<GroupMember> targetMembers,
        SortedMap<TopicPartition, CommittedPosition> committed,
        List<TopicPartition> pending,
        Map<TopicPartition, CommittedPosition> onTarget,
        Map<TopicPartition, CopiedTopicState> copies) {}
