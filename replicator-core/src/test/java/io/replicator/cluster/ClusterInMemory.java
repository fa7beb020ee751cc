package io.replicator.cluster;

import io.replicator.config.Isolation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A cluster without brokers, for tests and simulations: topics with settings, and the records of compacted topics. One
 * thread. What is asked can be made to fail.
 */
public final class ClusterInMemory implements Cluster {
    private static final int BROKERS = 3;

    private final String name;
    private final Map<String, Topic> topics = new TreeMap<>();
    private final Set<String> denied = new HashSet<>();
    private final Map<String, List<GroupDescription.Member>> groups = new TreeMap<>();
    private final GroupsInMemory consumerGroups = new GroupsInMemory();
    private final List<String> requests = new ArrayList<>();
    private boolean isAway;
    private boolean refusesGrowth;
    private int describesUntilVisible;
    private long ids;

    /** A topic; its records are those of its first partition. */
    private static final class Topic {
        private final Uuid id;
        private final Map<String, String> settings;
        private final List<LogEntry> entries = new ArrayList<>();
        private int partitions;
        private int hidden;

        Topic(Uuid id, int partitions, Map<String, String> settings, int hidden) {
            this.id = id;
            this.partitions = partitions;
            this.settings = settings;
            this.hidden = hidden;
        }
    }

    public ClusterInMemory(String name) {
        this.name = name;
    }

    // What a test does to it.

    /** Nothing answers from now on, or everything does again. */
    public void setAway(boolean away) {
        isAway = away;
    }

    /** Topics that are created from now on show after so many descriptions. */
    public void showAfter(int describes) {
        describesUntilVisible = describes;
    }

    /** No topic may get more partitions. */
    public void refuseGrowth() {
        refusesGrowth = true;
    }

    /** This user may do nothing with a topic. */
    public void deny(String topic) {
        denied.add(topic);
    }

    public void delete(String topic) {
        topics.remove(topic);
    }

    /** Drops the records of a topic from an offset on. */
    public void truncate(String topic, int end) {
        List<LogEntry> entries = topics.get(topic).entries;
        entries.subList(end, entries.size()).clear();
    }

    /** Puts a member into a consumer group. */
    public void join(String group, GroupDescription.Member member) {
        groups.computeIfAbsent(group, added -> new ArrayList<>()).add(member);
    }

    /** What was created and grown, in its order. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    // The port.

    @Override
    public String name() {
        return name;
    }

    private void requireThere() {
        if (isAway) {
            throw new UnavailableException(
                    UnavailableException.Reason.UNREACHABLE, ClusterError.OTHER, name + " does not answer");
        }
    }

    private UnavailableException denial(String topic) {
        return new UnavailableException(
                UnavailableException.Reason.DENIED, ClusterError.OTHER, name + " denies topic " + topic);
    }

    @Override
    public Pending<ClusterDescription> askDescription() {
        return () -> {
            requireThere();
            return new ClusterDescription(
                    "id-of-" + name, IntStream.range(0, BROKERS).boxed().toList());
        };
    }

    @Override
    public Rights rights() {
        requireThere();
        return Rights.UNKNOWN;
    }

    @Override
    public Map<String, Integer> features() {
        requireThere();
        return Map.of();
    }

    @Override
    public Set<String> topicNames() {
        requireThere();
        Set<String> names = new TreeSet<>(topics.keySet());
        names.removeAll(denied);
        return names;
    }

    @Override
    public Answers<String, TopicDescription> describeTopics(Collection<String> asked, boolean withRights) {
        requireThere();
        Map<String, TopicDescription> found = new HashMap<>();
        Map<String, UnavailableException> failed = new HashMap<>();
        for (String each : asked) {
            Topic topic = topics.get(each);
            if (denied.contains(each)) {
                failed.put(each, denial(each));
            } else if (topic != null && topic.hidden-- <= 0) {
                found.put(each, description(each, topic));
            }
        }
        return new Answers<>(found, failed);
    }

    private static TopicDescription description(String name, Topic topic) {
        return new TopicDescription(
                name,
                topic.id,
                IntStream.range(0, topic.partitions)
                        .mapToObj(number -> new TopicDescription.Partition(number, 0, List.of(0)))
                        .toList(),
                Rights.UNKNOWN);
    }

    @Override
    public Answers<String, Settings> topicSettings(Collection<String> asked) {
        requireThere();
        Map<String, Settings> found = new HashMap<>();
        Map<String, UnavailableException> failed = new HashMap<>();
        for (String each : asked) {
            if (denied.contains(each)) {
                failed.put(each, denial(each));
            } else if (topics.containsKey(each)) {
                Map<String, Settings.Setting> settings = new HashMap<>();
                topics.get(each)
                        .settings
                        .forEach((key, value) ->
                                settings.put(key, new Settings.Setting(Optional.of(value), Settings.Origin.OWN)));
                found.put(each, new Settings(settings));
            }
        }
        return new Answers<>(found, failed);
    }

    @Override
    public Settings brokerSettings(int broker) {
        requireThere();
        return Settings.NONE;
    }

    @Override
    public Settings groupSettings(String group) {
        requireThere();
        return Settings.NONE;
    }

    @Override
    public Map<String, UnavailableException> createTopics(Collection<TopicRequest> wanted, boolean onlyValidate) {
        requireThere();
        Map<String, UnavailableException> failed = new HashMap<>();
        for (TopicRequest each : wanted) {
            if (denied.contains(each.name())) {
                failed.put(each.name(), denial(each.name()));
            } else if (topics.containsKey(each.name())) {
                failed.put(
                        each.name(),
                        new UnavailableException(
                                UnavailableException.Reason.REFUSED, ClusterError.TOPIC_EXISTS, "it exists"));
            } else if (!onlyValidate) {
                requests.add("create " + each.name() + " " + each.partitions());
                topics.put(
                        each.name(),
                        new Topic(new Uuid(1, ++ids), each.partitions(), each.settings(), describesUntilVisible));
            }
        }
        return failed;
    }

    @Override
    public Map<String, UnavailableException> growTopics(Map<String, Integer> partitions, boolean onlyValidate) {
        requireThere();
        Map<String, UnavailableException> failed = new HashMap<>();
        partitions.forEach((topic, count) -> {
            if (refusesGrowth || denied.contains(topic)) {
                failed.put(topic, denial(topic));
            } else if (!onlyValidate) {
                requests.add("grow " + topic + " " + count);
                topics.get(topic).partitions = count;
            }
        });
        return failed;
    }

    @Override
    public Answers<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, LogPosition position, Isolation isolation) {
        requireThere();
        Map<TopicPartition, Long> found = new HashMap<>();
        partitions.forEach(partition -> {
            Topic topic = topics.get(partition.topic());
            boolean isStart = position instanceof LogPosition.Start;
            found.put(partition, isStart ? 0L : topic.entries.size());
        });
        return new Answers<>(found, Map.of());
    }

    @Override
    public Answers<TopicPartition, LogBounds> bounds(Collection<TopicPartition> partitions, Isolation isolation) {
        Map<TopicPartition, Long> ends =
                offsets(partitions, LogPosition.END, isolation).found();
        Map<TopicPartition, LogBounds> found = new HashMap<>();
        offsets(partitions, LogPosition.START, isolation)
                .found()
                .forEach((partition, start) -> found.put(partition, new LogBounds(start, ends.get(partition))));
        return new Answers<>(found, Map.of());
    }

    @Override
    public Answers<TopicPartition, List<ActiveProducer>> producers(Collection<TopicPartition> partitions) {
        requireThere();
        Map<TopicPartition, List<ActiveProducer>> found = new HashMap<>();
        partitions.forEach(partition -> found.put(partition, List.of()));
        return new Answers<>(found, Map.of());
    }

    @Override
    public Optional<TransactionState> transactionOf(long producerId) {
        requireThere();
        return Optional.empty();
    }

    @Override
    public Answers<String, TransactionState> transactions(Collection<String> transactionalIds) {
        requireThere();
        Map<String, TransactionState> found = new HashMap<>();
        transactionalIds.forEach(id -> found.put(id, new TransactionState(id, -1, "Empty", OptionalLong.empty())));
        return new Answers<>(found, Map.of());
    }

    @Override
    public void prepareTransactions(String transactionalId) {
        // There is nothing to prepare.
    }

    @Override
    public ConsumerGroups consumerGroups() {
        return consumerGroups;
    }

    @Override
    public Set<String> groupIds() {
        requireThere();
        return Set.copyOf(groups.keySet());
    }

    @Override
    public Answers<String, GroupDescription> describeGroups(Collection<String> asked, boolean withRights) {
        requireThere();
        Map<String, GroupDescription> found = new HashMap<>();
        asked.forEach(group ->
                found.put(group, new GroupDescription(group, groups.getOrDefault(group, List.of()), Rights.UNKNOWN)));
        return new Answers<>(found, Map.of());
    }

    @Override
    public void removeMember(String group, String instance, String reason) {
        requireThere();
        groups.getOrDefault(group, new ArrayList<>())
                .removeIf(member -> member.instance().equals(Optional.of(instance)));
    }

    @Override
    public GroupMembership membership(MembershipOptions options) {
        throw new UnsupportedOperationException("it has no group coordinator");
    }

    @Override
    public TopicReader reader(ReaderOptions options) {
        throw new UnsupportedOperationException("only compacted topics have records");
    }

    @Override
    public CompactedTopics compactedTopics(CompactedTopicOptions options) {
        return new CompactedTopics() {
            @Override
            public CompactedTopic topic(String topic) {
                return new InMemory(topic);
            }

            @Override
            public void connect() {
                requireThere();
            }

            @Override
            public void close() {
                // There is nothing to close.
            }
        };
    }

    /** A compacted topic that never compacts. */
    private final class InMemory implements CompactedTopic {
        private final String topic;

        InMemory(String topic) {
            this.topic = topic;
        }

        @Override
        public String name() {
            return topic;
        }

        private void requireAllowed() {
            requireThere();
            if (denied.contains(topic)) {
                throw denial(topic);
            }
        }

        @Override
        public void append(List<LogEntry> added) {
            requireAllowed();
            topics.get(topic).entries.addAll(added);
        }

        @Override
        public void append(List<LogEntry> added, long timestampMillis) {
            append(added);
        }

        @Override
        public long read(long from, EntryReader reader) {
            requireAllowed();
            List<LogEntry> entries = topics.containsKey(topic) ? topics.get(topic).entries : List.of();
            if (entries.size() < from) {
                throw new LogTruncatedException(topic, from, entries.size());
            }
            for (int offset = (int) from; offset < entries.size(); offset++) {
                reader.accept(
                        offset, entries.get(offset).key(), entries.get(offset).value());
            }
            return entries.size();
        }

        @Override
        public void readAll(Consumer<ReadRecord> reader) {
            TopicPartition log = new TopicPartition(topic, 0);
            read(
                    0,
                    (offset, key, value) -> reader.accept(new ReadRecord(
                            log,
                            offset,
                            -1,
                            ReadRecord.TimestampType.NONE,
                            key,
                            value,
                            List.of(),
                            ReadRecord.UNKNOWN_EPOCH)));
        }

        @Override
        public long start() {
            requireAllowed();
            return 0;
        }
    }

    @Override
    public void close() {
        // There is nothing to close.
    }
}
