package io.replicator.cluster;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
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

/** The {@link ConsumerGroups} of a Kafka cluster. */
final class KafkaConsumerGroups implements ConsumerGroups {
    private static final String DESCRIBE = "DESCRIBE";

    /** How many groups' positions are being written at the same time. */
    private static final int MAX_WRITES = 64;

    private final KafkaAdmin admin;

    KafkaConsumerGroups(KafkaAdmin admin) {
        this.admin = admin;
    }

    @Override
    public Map<String, GroupListing> list() throws InterruptedException {
        Map<String, GroupListing> groups = new HashMap<>();
        for (var group : admin.await(admin.client().listGroups().all(), DESCRIBE, "the groups")) {
            groups.put(group.groupId(), listing(group));
        }
        return groups;
    }

    private static GroupListing listing(org.apache.kafka.clients.admin.GroupListing group) {
        return new GroupListing(
                group.groupId(),
                group.type().map(KafkaConsumerGroups::kind).orElse(GroupListing.Kind.CONSUMER),
                group.protocol(),
                group.groupState()
                        .map(state -> state != GroupState.EMPTY && state != GroupState.DEAD)
                        .orElse(false));
    }

    private static GroupListing.Kind kind(GroupType type) {
        return switch (type) {
            case SHARE -> GroupListing.Kind.SHARE;
            case STREAMS -> GroupListing.Kind.STREAMS;
            case CONSUMER, CLASSIC, UNKNOWN -> GroupListing.Kind.CONSUMER;
        };
    }

    @Override
    public Optional<Boolean> seesAll() throws InterruptedException {
        DescribeClusterOptions options = new DescribeClusterOptions().includeAuthorizedOperations(true);
        Set<AclOperation> rights =
                admin.await(admin.client().describeCluster(options).authorizedOperations(), DESCRIBE, "the cluster");
        return Optional.ofNullable(rights).map(all -> all.contains(AclOperation.DESCRIBE));
    }

    @Override
    public Answers<String, Map<TopicPartition, CommittedPosition>> positions(Collection<String> groups)
            throws InterruptedException {
        if (groups.isEmpty()) {
            return Answers.none();
        }
        Map<String, ListConsumerGroupOffsetsSpec> specs = new HashMap<>();
        groups.forEach(group -> specs.put(group, new ListConsumerGroupOffsetsSpec()));
        ListConsumerGroupOffsetsResult result = admin.client()
                .listConsumerGroupOffsets(specs, new ListConsumerGroupOffsetsOptions().requireStable(false));
        Map<String, Map<TopicPartition, CommittedPosition>> found = new HashMap<>();
        Map<String, UnavailableException> failed = new HashMap<>();
        for (String group : specs.keySet()) {
            try {
                found.put(
                        group,
                        committed(admin.await(result.partitionsToOffsetAndMetadata(group), DESCRIBE, named(group))));
            } catch (UnavailableException failure) {
                if (failure.error() == ClusterError.UNKNOWN_GROUP) {
                    found.put(group, Map.of());
                } else {
                    failed.put(group, failure);
                }
            }
        }
        if (found.isEmpty()) {
            throwFirst(failed.values());
        }
        return new Answers<>(found, failed);
    }

    private static void throwFirst(Collection<UnavailableException> failures) {
        failures.stream()
                .filter(UnavailableException::isOfTheCluster)
                .findFirst()
                .ifPresent(failure -> {
                    throw failure;
                });
    }

    /** Leaves out partitions that brokers list although the group has no position in them. */
    private static Map<TopicPartition, CommittedPosition> committed(Map<TopicPartition, OffsetAndMetadata> listed) {
        Map<TopicPartition, CommittedPosition> committed = new HashMap<>();
        listed.forEach((partition, position) -> position(position).ifPresent(known -> committed.put(partition, known)));
        return committed;
    }

    private static Optional<CommittedPosition> position(OffsetAndMetadata position) {
        return position == null || position.offset() < 0
                ? Optional.empty()
                : Optional.of(new CommittedPosition(
                        position.offset(),
                        position.leaderEpoch().map(OptionalInt::of).orElse(OptionalInt.empty()),
                        position.metadata()));
    }

    @Override
    public Map<TopicPartition, Optional<CommittedPosition>> stablePositions(
            String group, Collection<TopicPartition> partitions) throws InterruptedException {
        ListConsumerGroupOffsetsSpec spec = new ListConsumerGroupOffsetsSpec().topicPartitions(partitions);
        Map<TopicPartition, Optional<CommittedPosition>> positions = new HashMap<>();
        admin.await(
                        admin.client()
                                .listConsumerGroupOffsets(
                                        Map.of(group, spec), new ListConsumerGroupOffsetsOptions().requireStable(true))
                                .partitionsToOffsetAndMetadata(group),
                        DESCRIBE,
                        named(group))
                .forEach((partition, position) -> positions.put(partition, position(position)));
        return positions;
    }

    @Override
    public List<GroupMember> members(GroupListing group) throws InterruptedException {
        List<String> name = List.of(group.name());
        try {
            if (group.kind() == GroupListing.Kind.STREAMS) {
                return described(admin.client().describeStreamsGroups(name).describedGroups(), group).members().stream()
                        .map(member -> new GroupMember(member.clientId(), member.clientHost(), member.memberId()))
                        .toList();
            }
            boolean isOfConsumers =
                    group.protocol().isEmpty() || group.protocol().equals("consumer");
            Collection<MemberDescription> members = isOfConsumers
                    ? described(admin.client().describeConsumerGroups(name).describedGroups(), group)
                            .members()
                    : described(admin.client().describeClassicGroups(name).describedGroups(), group)
                            .members();
            return members.stream()
                    .map(member -> new GroupMember(member.clientId(), member.host(), member.consumerId()))
                    .toList();
        } catch (UnavailableException failure) {
            if (failure.error() == ClusterError.UNKNOWN_GROUP) {
                return List.of();
            }
            throw failure;
        }
    }

    private <T> T described(Map<String, KafkaFuture<T>> answers, GroupListing group) throws InterruptedException {
        return admin.await(answers.get(group.name()), DESCRIBE, named(group.name()));
    }

    /** One request for each group; several are in flight. */
    @Override
    public Map<String, Map<TopicPartition, UnavailableException>> write(
            Map<String, Map<TopicPartition, CommittedPosition>> positions) throws InterruptedException {
        Map<String, Map<TopicPartition, UnavailableException>> failures = new HashMap<>();
        Deque<Sent> sent = new ArrayDeque<>();
        for (Map.Entry<String, Map<TopicPartition, CommittedPosition>> group : positions.entrySet()) {
            if (sent.size() == MAX_WRITES) {
                finish(sent.poll(), failures);
            }
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            group.getValue().forEach((partition, position) -> offsets.put(partition, kafkaPosition(position)));
            sent.add(new Sent(
                    group.getKey(),
                    offsets.keySet(),
                    admin.client().alterConsumerGroupOffsets(group.getKey(), offsets)));
        }
        while (!sent.isEmpty()) {
            finish(sent.poll(), failures);
        }
        return failures;
    }

    private static OffsetAndMetadata kafkaPosition(CommittedPosition position) {
        Optional<Integer> epoch = position.leaderEpoch().isPresent()
                ? Optional.of(position.leaderEpoch().getAsInt())
                : Optional.empty();
        return new OffsetAndMetadata(position.offset(), epoch, position.metadata());
    }

    private record Sent(String group, Set<TopicPartition> partitions, AlterConsumerGroupOffsetsResult answer) {}

    private void finish(Sent sent, Map<String, Map<TopicPartition, UnavailableException>> failures)
            throws InterruptedException {
        for (TopicPartition partition : sent.partitions()) {
            try {
                admin.await(
                        sent.answer().partitionResult(partition),
                        "READ",
                        named(sent.group()) + " or topic " + partition.topic());
            } catch (UnavailableException failure) {
                failures.computeIfAbsent(sent.group(), added -> new HashMap<>()).put(partition, failure);
            }
        }
    }

    @Override
    public Answers<String, Boolean> exist(Collection<String> groups) throws InterruptedException {
        Map<String, Boolean> found = new HashMap<>();
        Map<String, UnavailableException> failed = new HashMap<>();
        if (groups.isEmpty()) {
            return Answers.none();
        }
        Map<String, KafkaFuture<ConsumerGroupDescription>> answers =
                admin.client().describeConsumerGroups(groups).describedGroups();
        for (Map.Entry<String, KafkaFuture<ConsumerGroupDescription>> answer : answers.entrySet()) {
            String group = answer.getKey();
            try {
                GroupState state =
                        admin.await(answer.getValue(), DESCRIBE, named(group)).groupState();
                found.put(group, state != GroupState.DEAD);
            } catch (UnavailableException failure) {
                if (failure.isOfTheCluster()) {
                    throw failure; // The other answers would take as long.
                }
                if (failure.error() == ClusterError.UNKNOWN_GROUP) {
                    found.put(group, false);
                } else {
                    failed.put(group, failure);
                }
            }
        }
        return new Answers<>(found, failed);
    }

    @Override
    public void delete(String group) throws InterruptedException {
        admin.await(
                admin.client()
                        .deleteConsumerGroups(List.of(group))
                        .deletedGroups()
                        .get(group),
                "DELETE",
                named(group));
    }

    private static String named(String group) {
        return "group " + group;
    }
}
