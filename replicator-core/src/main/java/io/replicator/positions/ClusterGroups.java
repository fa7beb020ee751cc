package io.replicator.positions;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** One cluster's groups and their committed positions. One thread at a time. */
final class ClusterGroups implements AutoCloseable {
    /** Groups of one question: an answer stays far below a broker's bound even for groups of a thousand partitions. */
    static final int BATCH = 100;

    /** Groups whose positions are on their way to the cluster. */
    private static final int MAX_WRITES = 64;

    private final ClusterAdmin cluster;

    ClusterGroups(ClusterAdmin cluster) {
        this.cluster = cluster;
    }

    /**
     * What a cluster said about several groups.
     *
     * @param found by group; a group that is not there has no positions
     * @param failed why not, by group
     */
    record Answer(
            Map<String, Map<TopicPartition, OffsetAndMetadata>> found, Map<String, UnavailableException> failed) {}

    ClusterAdmin cluster() {
        return cluster;
    }

    /** All groups that this user may see, by name, whatever their kind. Brokers before 3.8 do not say the kind. */
    Map<String, GroupListing> list() throws InterruptedException {
        Map<String, GroupListing> groups = new HashMap<>();
        for (GroupListing group : cluster.await(cluster.admin().listGroups().all(), "DESCRIBE", "the groups")) {
            groups.put(group.groupId(), group);
        }
        return groups;
    }

    /**
     * Whether this user may see all groups. One that may not gets an answer without those that are hidden from it, and no
     * error. Empty where nobody can tell.
     */
    Optional<Boolean> seesAllGroups() throws InterruptedException {
        DescribeClusterOptions options = new DescribeClusterOptions().includeAuthorizedOperations(true);
        Set<AclOperation> rights = cluster.await(
                cluster.admin().describeCluster(options).authorizedOperations(), "DESCRIBE", "the cluster");
        return Optional.ofNullable(rights).map(all -> all.contains(AclOperation.DESCRIBE));
    }

    /**
     * All committed positions of groups, each as its last finished commit left it: what a transaction under way would
     * commit does not count yet.
     *
     * @throws UnavailableException when the cluster answers nothing at all
     */
    Answer positions(Collection<String> groups) throws InterruptedException {
        Answer answer = new Answer(new HashMap<>(), new HashMap<>());
        Map<String, ListConsumerGroupOffsetsSpec> specs = new HashMap<>();
        groups.forEach(group -> specs.put(group, new ListConsumerGroupOffsetsSpec()));
        if (specs.isEmpty()) {
            return answer;
        }
        ListConsumerGroupOffsetsResult result = cluster.admin()
                .listConsumerGroupOffsets(specs, new ListConsumerGroupOffsetsOptions().requireStable(false));
        UnavailableException unreachable = null;
        for (String group : specs.keySet()) {
            try {
                answer.found()
                        .put(
                                group,
                                committed(cluster.await(
                                        result.partitionsToOffsetAndMetadata(group), "DESCRIBE", "group " + group)));
            } catch (UnavailableException failure) {
                if (isUnknown(failure)) {
                    answer.found().put(group, Map.of());
                } else {
                    answer.failed().put(group, failure);
                    unreachable = isUnreachable(failure) ? failure : unreachable;
                }
            }
        }
        if (unreachable != null && answer.found().isEmpty()) {
            throw unreachable;
        }
        return answer;
    }

    /**
     * All committed positions of one group, none where there is no such group.
     *
     * @throws UnavailableException when the cluster does not say
     */
    Map<TopicPartition, OffsetAndMetadata> positions(String group) throws InterruptedException {
        Answer answer = positions(List.of(group));
        UnavailableException failure = answer.failed().get(group);
        if (failure != null) {
            throw failure;
        }
        return answer.found().get(group);
    }

    /** Whether it was refused because the group has members, or gets some just now. */
    static boolean isLive(UnavailableException failure) {
        Throwable cause = failure.getCause();
        return cause instanceof UnknownMemberIdException
                || cause instanceof StaleMemberEpochException
                || cause instanceof FencedMemberEpochException
                || cause instanceof RebalanceInProgressException
                || cause instanceof GroupNotEmptyException;
    }

    /** Whether there is no such group. */
    static boolean isUnknown(UnavailableException failure) {
        return failure.getCause() instanceof GroupIdNotFoundException;
    }

    /**
     * The positions of one group, each once no transaction is about to change it any more.
     *
     * @param partitions asked for; one that is not in the answer has a transaction under way, one that is null has no position
     */
    Map<TopicPartition, OffsetAndMetadata> stablePositions(String group, Collection<TopicPartition> partitions)
            throws InterruptedException {
        ListConsumerGroupOffsetsSpec spec = new ListConsumerGroupOffsetsSpec().topicPartitions(partitions);
        return cluster.await(
                cluster.admin()
                        .listConsumerGroupOffsets(
                                Map.of(group, spec), new ListConsumerGroupOffsetsOptions().requireStable(true))
                        .partitionsToOffsetAndMetadata(group),
                "DESCRIBE",
                "group " + group);
    }

    /** Who is in a group now; nobody where there is no such group. */
    List<GroupMember> members(GroupListing group) throws InterruptedException {
        List<String> name = List.of(group.groupId());
        try {
            if (group.type().filter(type -> type == GroupType.STREAMS).isPresent()) {
                return described(cluster.admin().describeStreamsGroups(name).describedGroups(), group)
                        .members()
                        .stream()
                        .map(member -> new GroupMember(member.clientId(), member.clientHost(), member.memberId()))
                        .toList();
            }
            boolean isOfConsumers =
                    group.protocol().isEmpty() || group.protocol().equals("consumer");
            Collection<MemberDescription> members = isOfConsumers
                    ? described(cluster.admin().describeConsumerGroups(name).describedGroups(), group)
                            .members()
                    : described(cluster.admin().describeClassicGroups(name).describedGroups(), group)
                            .members();
            return members.stream()
                    .map(member -> new GroupMember(member.clientId(), member.host(), member.consumerId()))
                    .toList();
        } catch (UnavailableException failure) {
            if (isUnknown(failure)) {
                return List.of();
            }
            throw failure;
        }
    }

    private <T> T described(Map<String, KafkaFuture<T>> answers, GroupListing group) throws InterruptedException {
        return cluster.await(answers.get(group.groupId()), "DESCRIBE", "group " + group.groupId());
    }

    static boolean isUnreachable(UnavailableException failure) {
        return failure.reason() == UnavailableException.Reason.UNREACHABLE
                || failure.reason() == UnavailableException.Reason.NOT_AUTHENTICATED;
    }

    /** Without what brokers list although nothing is committed. */
    private static Map<TopicPartition, OffsetAndMetadata> committed(Map<TopicPartition, OffsetAndMetadata> listed) {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        listed.forEach((partition, position) -> {
            if (position != null && position.offset() >= 0) {
                committed.put(partition, position);
            }
        });
        return committed;
    }

    /** Takes note of what became of a group's positions. */
    interface WriteResult {
        /** Why a partition's position could not be written; empty when it was. */
        void written(String group, TopicPartition partition, Optional<UnavailableException> failure)
                throws InterruptedException;
    }

    /** Writes positions of groups; each group's in one request, several on their way at once. */
    void write(Map<String, Map<TopicPartition, OffsetAndMetadata>> positions, WriteResult result)
            throws InterruptedException {
        Deque<Sent> underWay = new ArrayDeque<>();
        for (Map.Entry<String, Map<TopicPartition, OffsetAndMetadata>> group : positions.entrySet()) {
            if (underWay.size() == MAX_WRITES) {
                finish(underWay.poll(), result);
            }
            underWay.add(new Sent(
                    group.getKey(),
                    group.getValue().keySet(),
                    cluster.admin().alterConsumerGroupOffsets(group.getKey(), group.getValue())));
        }
        while (!underWay.isEmpty()) {
            finish(underWay.poll(), result);
        }
    }

    private record Sent(String group, Set<TopicPartition> partitions, AlterConsumerGroupOffsetsResult answer) {}

    private void finish(Sent sent, WriteResult result) throws InterruptedException {
        for (TopicPartition partition : sent.partitions()) {
            Optional<UnavailableException> failure = Optional.empty();
            try {
                KafkaFuture<Void> answer = sent.answer().partitionResult(partition);
                cluster.await(answer, "READ", "group " + sent.group() + " or topic " + partition.topic());
            } catch (UnavailableException e) {
                failure = Optional.of(e);
            }
            result.written(sent.group(), partition, failure);
        }
    }

    /**
     * What the coordinators of groups say that are not listed.
     *
     * @param gone those that are no more
     * @param failed why nobody can tell, by group
     */
    record Gone(Set<String> gone, Map<String, UnavailableException> failed) {}

    /**
     * Which groups are no more, by their coordinators' word.
     *
     * @throws UnavailableException when the cluster does not answer
     */
    Gone gone(Collection<String> groups) throws InterruptedException {
        Gone found = new Gone(new HashSet<>(), new HashMap<>());
        if (groups.isEmpty()) {
            return found;
        }
        Map<String, KafkaFuture<ConsumerGroupDescription>> answers =
                cluster.admin().describeConsumerGroups(groups).describedGroups();
        for (Map.Entry<String, KafkaFuture<ConsumerGroupDescription>> answer : answers.entrySet()) {
            String group = answer.getKey();
            try {
                if (cluster.await(answer.getValue(), "DESCRIBE", "group " + group)
                                .groupState()
                        == GroupState.DEAD) {
                    found.gone().add(group);
                }
            } catch (UnavailableException failure) {
                if (isUnreachable(failure)) {
                    throw failure; // The next one would take as long.
                }
                if (isUnknown(failure)) {
                    found.gone().add(group);
                } else {
                    found.failed().put(group, failure);
                }
            }
        }
        return found;
    }

    /**
     * Deletes a group that has no members.
     *
     * @throws UnavailableException when it has some, or a right is missing
     */
    void delete(String group) throws InterruptedException {
        cluster.await(
                cluster.admin()
                        .deleteConsumerGroups(List.of(group))
                        .deletedGroups()
                        .get(group),
                "DELETE",
                "group " + group);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
