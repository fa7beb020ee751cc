package io.replicator.cluster;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * The consumer groups of one cluster and the positions that they committed. A call blocks like those of {@link Cluster}, and
 * throws {@link UnavailableException} when the cluster does not answer. Safe for use by any thread.
 */
public interface ConsumerGroups {
    /**
     * How many groups a caller asks for at a time: the answer then stays far below the brokers' limits, even if each group
     * has a thousand partitions.
     */
    int BATCH = 100;

    /** All groups that this user may see, of every kind, by name. */
    Map<String, GroupListing> list() throws InterruptedException;

    /**
     * Whether this user may see all groups. The brokers leave out the groups that a user may not see, and return no error.
     * Empty where the brokers do not say.
     */
    Optional<Boolean> seesAll() throws InterruptedException;

    /**
     * All positions that groups have committed. A transaction that has not ended yet does not count: each position is the
     * one before it. A group that does not exist has no positions.
     *
     * @throws UnavailableException when the cluster does not answer for any of the groups
     */
    Answers<String, Map<TopicPartition, CommittedPosition>> positions(Collection<String> groups)
            throws InterruptedException;

    /**
     * All positions that one group has committed, none where there is no such group.
     *
     * @throws UnavailableException when the cluster does not answer
     */
    default Map<TopicPartition, CommittedPosition> positions(String group) throws InterruptedException {
        return positions(List.of(group)).of(group).orElse(Map.of());
    }

    /**
     * The positions of one group that no transaction is about to change.
     *
     * @param partitions to ask for
     * @return one entry for each partition without an open transaction, empty where the group has no position in it
     */
    Map<TopicPartition, Optional<CommittedPosition>> stablePositions(
            String group, Collection<TopicPartition> partitions) throws InterruptedException;

    /** The members that a group has now, none where there is no such group. */
    List<GroupMember> members(GroupListing group) throws InterruptedException;

    /**
     * Writes positions of groups that have no members.
     *
     * @param positions by group and partition
     * @return why positions were not written, by group and partition
     */
    Map<String, Map<TopicPartition, UnavailableException>> write(
            Map<String, Map<TopicPartition, CommittedPosition>> positions) throws InterruptedException;

    /**
     * Whether groups exist, as their coordinators say. Unlike {@link #list}, the answer tells a group that was deleted from
     * one that this user may not see.
     */
    Answers<String, Boolean> exist(Collection<String> groups) throws InterruptedException;

    /**
     * Deletes a group that has no members.
     *
     * @throws UnavailableException when it has members, or a right is missing
     */
    void delete(String group) throws InterruptedException;
}
