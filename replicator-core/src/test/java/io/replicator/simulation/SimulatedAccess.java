package io.replicator.simulation;

import io.replicator.cluster.ActiveProducer;
import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterDescription;
import io.replicator.cluster.ClusterError;
import io.replicator.cluster.CompactedTopicOptions;
import io.replicator.cluster.CompactedTopics;
import io.replicator.cluster.ConsumerGroups;
import io.replicator.cluster.GroupDescription;
import io.replicator.cluster.GroupMembership;
import io.replicator.cluster.GroupsInMemory;
import io.replicator.cluster.LogBounds;
import io.replicator.cluster.LogPosition;
import io.replicator.cluster.MembershipOptions;
import io.replicator.cluster.Pending;
import io.replicator.cluster.ReaderOptions;
import io.replicator.cluster.Rights;
import io.replicator.cluster.Settings;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.TopicReader;
import io.replicator.cluster.TopicRequest;
import io.replicator.cluster.TransactionState;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.Isolation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A simulated cluster as the control plane of one instance asks it. A question is answered from the state of the moment, or
 * not at all; the answer about topics may be a little old, as metadata is.
 */
final class SimulatedAccess implements Cluster {
    private final SimulatedTopics topics;
    private final SimulatedProcess process;
    private final Faults faults;
    private final boolean isStale;
    private final ConsumerGroups groups;
    private final OffsetsAsked onOffset;

    /** The descriptions that were given first. */
    private final Map<String, TopicDescription> first = new HashMap<>();

    /** @param isStale whether topics are for ever described as they were when they were first asked about: a planted bug */
    SimulatedAccess(
            SimulatedTopics topics,
            SimulatedProcess process,
            Faults faults,
            boolean isStale,
            ConsumerGroups groups,
            OffsetsAsked onOffset) {
        this.topics = topics;
        this.process = process;
        this.faults = faults;
        this.isStale = isStale;
        this.groups = groups;
        this.onOffset = onOffset;
    }

    /** A cluster without groups. */
    SimulatedAccess(SimulatedTopics topics, SimulatedProcess process, Faults faults) {
        this(topics, process, faults, false, new GroupsInMemory(), (partition, position, offset) -> {});
    }

    /** Is told what was answered of single offsets. */
    interface OffsetsAsked {
        void answered(TopicPartition partition, LogPosition position, long offset);
    }

    private void ask(String what) {
        process.step();
        if (faults.strike(15)) {
            throw unanswered(what);
        }
    }

    private UnavailableException unanswered(String what) {
        return new UnavailableException(
                UnavailableException.Reason.UNREACHABLE,
                ClusterError.OTHER,
                "cluster " + name() + " does not answer " + what);
    }

    @Override
    public String name() {
        return topics.cluster().toString();
    }

    @Override
    public Pending<ClusterDescription> askDescription() {
        return () -> {
            ask("DESCRIBE of the cluster");
            return new ClusterDescription(
                    "id-of-" + name(),
                    IntStream.range(0, topics.cluster().brokers()).boxed().toList());
        };
    }

    @Override
    public Rights rights() {
        return Rights.UNKNOWN;
    }

    @Override
    public Map<String, Integer> features() {
        return Map.of();
    }

    @Override
    public Set<String> topicNames() {
        ask("DESCRIBE of the topics");
        return new TreeSet<>(topics.visible().keySet());
    }

    @Override
    public Answers<String, TopicDescription> describeTopics(Collection<String> names, boolean withRights) {
        ask("DESCRIBE of topics");
        Map<String, TopicDescription> found = new HashMap<>();
        Map<String, List<SimulatedPartition>> visible = topics.visible();
        for (String name : names) {
            List<SimulatedPartition> partitions = visible.get(name);
            if (partitions != null) {
                TopicDescription now = described(name, partitions);
                found.put(name, isStale ? first.computeIfAbsent(name, ignored -> now) : now);
            } else if (topics.logs().names().contains(name)) {
                found.put(
                        name,
                        new TopicDescription(
                                name,
                                new Uuid(8, name.hashCode()),
                                IntStream.range(0, topics.logs().partitions(name))
                                        .mapToObj(number -> new TopicDescription.Partition(number, 0, List.of(0)))
                                        .toList(),
                                Rights.UNKNOWN));
            }
        }
        return new Answers<>(found, Map.of());
    }

    private static TopicDescription described(String name, List<SimulatedPartition> partitions) {
        return new TopicDescription(
                name,
                partitions.get(0).topicId,
                partitions.stream()
                        .map(each -> new TopicDescription.Partition(each.number, each.announcedLeader, List.of(0)))
                        .toList(),
                Rights.UNKNOWN);
    }

    @Override
    public Answers<String, Settings> topicSettings(Collection<String> names) {
        ask("DESCRIBE_CONFIGS of topics");
        Map<String, Settings> found = new HashMap<>();
        Map<String, List<SimulatedPartition>> visible = topics.visible();
        names.stream()
                .filter(visible::containsKey)
                .forEach(name -> found.put(
                        name,
                        Settings.of(Map.of(
                                "max.message.bytes", String.valueOf(topics.knownBatchLimit(visible.get(name)))))));
        return new Answers<>(found, Map.of());
    }

    @Override
    public Settings brokerSettings(int broker) {
        ask("DESCRIBE_CONFIGS of a broker");
        return Settings.NONE;
    }

    @Override
    public Settings groupSettings(String group) {
        return Settings.NONE;
    }

    @Override
    public Map<String, UnavailableException> createTopics(Collection<TopicRequest> requests, boolean onlyValidate) {
        ask("CREATE of topics");
        Map<String, UnavailableException> failed = new HashMap<>();
        for (TopicRequest request : requests) {
            if (topics.exists(request.name())) {
                failed.put(
                        request.name(),
                        new UnavailableException(
                                UnavailableException.Reason.REFUSED,
                                ClusterError.TOPIC_EXISTS,
                                "topic " + request.name() + " exists"));
            } else if (faults.strike(10)) {
                failed.put(request.name(), unanswered("CREATE of topic " + request.name()));
            } else if (!onlyValidate) {
                process.step();
                topics.create(request);
            }
        }
        return failed;
    }

    @Override
    public Map<String, UnavailableException> growTopics(Map<String, Integer> partitions, boolean onlyValidate) {
        ask("ALTER of topics");
        Map<String, UnavailableException> failed = new HashMap<>();
        partitions.forEach((name, count) -> {
            if (faults.strike(10)) {
                failed.put(name, unanswered("ALTER of topic " + name));
            } else if (!onlyValidate) {
                process.step();
                topics.grow(name, count);
            }
        });
        return failed;
    }

    @Override
    public Answers<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, LogPosition position, Isolation isolation) {
        Answers<TopicPartition, Long> answers = look(partitions, position, isolation);
        answers.found().forEach((partition, offset) -> onOffset.answered(partition, position, offset));
        return answers;
    }

    private Answers<TopicPartition, Long> look(
            Collection<TopicPartition> partitions, LogPosition position, Isolation isolation) {
        ask("DESCRIBE of offsets");
        Map<TopicPartition, Long> found = new HashMap<>();
        Map<TopicPartition, UnavailableException> failed = new HashMap<>();
        for (TopicPartition each : partitions) {
            SimulatedPartition partition = topics.partition(each);
            if (partition == null || partition.leader < 0) {
                failed.put(each, unanswered("DESCRIBE of " + each));
            } else if (position instanceof LogPosition.Start) {
                found.put(each, partition.start);
            } else if (position instanceof LogPosition.End) {
                found.put(
                        each,
                        isolation == Isolation.READ_COMMITTED ? partition.lastStableOffset() : partition.highWatermark);
            } else if (position instanceof LogPosition.At at) {
                found.put(each, firstAt(partition, at.time().toEpochMilli()));
            }
        }
        return new Answers<>(found, failed);
    }

    private static long firstAt(SimulatedPartition partition, long millis) {
        for (SimulatedPartition.Stored stored : partition.log) {
            List<SeenRecord> records = new ArrayList<>();
            SeenRecord.read(stored.bytes(), records);
            for (SeenRecord record : records) {
                boolean isThere = record.offset() >= partition.start && record.offset() < partition.highWatermark;
                if (isThere && record.timestamp() >= millis) {
                    return record.offset();
                }
            }
        }
        return partition.highWatermark;
    }

    @Override
    public Answers<TopicPartition, LogBounds> bounds(Collection<TopicPartition> partitions, Isolation isolation) {
        Answers<TopicPartition, Long> starts = look(partitions, LogPosition.START, isolation);
        Answers<TopicPartition, Long> ends = look(partitions, LogPosition.END, isolation);
        Map<TopicPartition, LogBounds> found = new HashMap<>();
        Map<TopicPartition, UnavailableException> failed = new HashMap<>(starts.failed());
        failed.putAll(ends.failed());
        partitions.stream()
                .filter(each -> !failed.containsKey(each))
                .forEach(each -> found.put(
                        each,
                        new LogBounds(starts.found().get(each), ends.found().get(each))));
        return new Answers<>(found, failed);
    }

    @Override
    public Answers<TopicPartition, List<ActiveProducer>> producers(Collection<TopicPartition> partitions) {
        ask("DESCRIBE of producers");
        return Answers.none();
    }

    @Override
    public Optional<TransactionState> transactionOf(long producerId) {
        ask("DESCRIBE of a transaction");
        return Optional.empty();
    }

    @Override
    public Answers<String, TransactionState> transactions(Collection<String> transactionalIds) {
        ask("DESCRIBE of transactions");
        return Answers.none();
    }

    @Override
    public void prepareTransactions(String transactionalId) {
        // Coordinators are always there.
    }

    @Override
    public Set<String> groupIds() {
        ask("DESCRIBE of the groups");
        return Set.of();
    }

    @Override
    public Answers<String, GroupDescription> describeGroups(Collection<String> groups, boolean withRights) {
        ask("DESCRIBE of groups");
        return Answers.none();
    }

    @Override
    public void removeMember(String group, String instance, String reason) {
        throw new AssertionError("no member is removed through this port");
    }

    @Override
    public GroupMembership membership(MembershipOptions options) {
        throw new AssertionError("the simulated coordinator is asked in place of this");
    }

    @Override
    public ConsumerGroups consumerGroups() {
        return groups;
    }

    @Override
    public CompactedTopics compactedTopics(CompactedTopicOptions options) {
        return topics.logs().open(process);
    }

    @Override
    public TopicReader reader(ReaderOptions options) {
        throw new AssertionError("nobody reads records of a simulated cluster through this port");
    }

    @Override
    public void close() {
        // Nothing is kept open.
    }
}
