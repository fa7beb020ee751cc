package io.replicator.cluster;

import io.replicator.config.Isolation;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * One Kafka cluster, for everything but the records' own path. A call blocks up to the timeout that the cluster was opened
 * with. It throws {@link UnavailableException} when the cluster as a whole does not answer or refuses; where several things
 * are asked for, each can fail on its own. Safe for use by any thread.
 */
public interface Cluster extends AutoCloseable {
    /** How many replicas a topic gets where the brokers know no default. */
    int MAX_REPLICAS = 3;

    /** The cluster's name in the configuration. */
    String name();

    /** Asks the cluster to describe itself, without waiting. */
    Pending<ClusterDescription> askDescription();

    default ClusterDescription describe() throws InterruptedException {
        return askDescription().await();
    }

    /** What this user may do with the cluster itself. */
    Rights rights() throws InterruptedException;

    /** The levels of the brokers' finalized features (KIP-584), by name. */
    Map<String, Integer> features() throws InterruptedException;

    // Topics.

    /** The names of all topics that this user may see, without those that Kafka keeps for itself. Sorted. */
    Set<String> topicNames() throws InterruptedException;

    /**
     * Describes topics, by name. One that does not exist is neither found nor failed.
     *
     * @param withRights whether to ask for this user's rights, too
     */
    Answers<String, TopicDescription> describeTopics(Collection<String> topics, boolean withRights)
            throws InterruptedException;

    /** Describes one topic; empty when it does not exist. */
    default Optional<TopicDescription> topic(String topic) throws InterruptedException {
        return describeTopics(List.of(topic), false).of(topic);
    }

    /**
     * The settings of topics, by name. A topic that does not exist is neither found nor failed; nor is any where the brokers
     * are too old to be asked (before 0.11).
     */
    Answers<String, Settings> topicSettings(Collection<String> topics) throws InterruptedException;

    /** The settings of a broker; an error of its own when this user may not see them. */
    Settings brokerSettings(int broker) throws InterruptedException;

    /** The settings that members of a consumer group get from the brokers. */
    Settings groupSettings(String group) throws InterruptedException;

    /**
     * Creates topics with one request.
     *
     * @param onlyValidate whether to change nothing, but to answer as if
     * @return why not, by name
     */
    Map<String, UnavailableException> createTopics(Collection<TopicRequest> topics, boolean onlyValidate)
            throws InterruptedException;

    /**
     * Creates a topic with as many replicas as the brokers give by default; where they know no default (before 2.4), or one
     * that is more than there are brokers, with {@value #MAX_REPLICAS} or as many as there are brokers.
     *
     * @return false when it exists already
     * @throws UnavailableException when the cluster does not answer, or does not allow it
     */
    default boolean createTopic(String topic, int partitions, Map<String, String> settings)
            throws InterruptedException {
        TopicRequest request = new TopicRequest(topic, partitions, TopicRequest.DEFAULT_REPLICAS, settings);
        UnavailableException failure = createTopics(List.of(request), false).get(topic);
        boolean hasNoDefault = failure != null
                && (failure.error() == ClusterError.NOT_SUPPORTED
                        || failure.error() == ClusterError.INVALID_REPLICATION_FACTOR);
        if (hasNoDefault) {
            int brokers = describe().brokers().size();
            short replicas = (short) Math.min(MAX_REPLICAS, brokers);
            TopicRequest another = new TopicRequest(topic, partitions, replicas, settings);
            failure = createTopics(List.of(another), false).get(topic);
        }
        if (failure == null) {
            return true;
        }
        if (failure.error() == ClusterError.TOPIC_EXISTS) {
            return false;
        }
        throw failure;
    }

    /**
     * Adds partitions to topics.
     *
     * @param partitions how many each topic has then, by name
     * @param onlyValidate whether to change nothing, but to answer as if
     * @return why not, by name
     */
    Map<String, UnavailableException> growTopics(Map<String, Integer> partitions, boolean onlyValidate)
            throws InterruptedException;

    // Logs.

    /**
     * Offsets in partitions' logs. A partition that gave no answer the last time is waited for only briefly, or one without
     * a leader would delay the answers about all others at each call.
     */
    Answers<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, LogPosition position, Isolation isolation)
            throws InterruptedException;

    /** As {@link #offsets(Collection, LogPosition, Isolation)} for a reader that sees every record. */
    default Answers<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, LogPosition position)
            throws InterruptedException {
        return offsets(partitions, position, Isolation.READ_UNCOMMITTED);
    }

    /** Where partitions' logs start and end; both are asked for at the same time. */
    Answers<TopicPartition, LogBounds> bounds(Collection<TopicPartition> partitions, Isolation isolation)
            throws InterruptedException;

    // Producers and transactions.

    /** The producers that the leaders of partitions know. */
    Answers<TopicPartition, List<ActiveProducer>> producers(Collection<TopicPartition> partitions)
            throws InterruptedException;

    /** What a producer's transaction is, without its start; empty when there is none, or this user may not see it. */
    Optional<TransactionState> transactionOf(long producerId) throws InterruptedException;

    /** What coordinators know of transactional ids. */
    Answers<String, TransactionState> transactions(Collection<String> transactionalIds) throws InterruptedException;

    /**
     * Asks for a transactional id without waiting. The first such question makes the brokers create the topic of their
     * transactions.
     */
    void prepareTransactions(String transactionalId);

    // Consumer groups.

    /** The consumer groups and their positions. */
    ConsumerGroups consumerGroups();

    /** The ids of all consumer groups that this user may see. */
    Set<String> groupIds() throws InterruptedException;

    /** Describes consumer groups. One that does not exist is found without members, or fails with {@link ClusterError#UNKNOWN_GROUP}. */
    Answers<String, GroupDescription> describeGroups(Collection<String> groups, boolean withRights)
            throws InterruptedException;

    /** How many members a consumer group has, 0 when there is no such group. */
    default int members(String group) throws InterruptedException {
        Answers<String, GroupDescription> answers = describeGroups(List.of(group), false);
        UnavailableException failure = answers.failed().get(group);
        if (failure != null && failure.error() == ClusterError.UNKNOWN_GROUP) {
            return 0;
        }
        return answers.of(group).map(found -> found.members().size()).orElse(0);
    }

    /** Puts a member out of a consumer group, by the name it was configured with. */
    void removeMember(String group, String instance, String reason) throws InterruptedException;

    /**
     * Makes this process ready to be a member of a consumer group.
     *
     * @throws UnavailableException when no client can be made now
     * @throws RefusedException when a client property is wrong
     */
    GroupMembership membership(MembershipOptions options);

    // Records.

    /** Compacted topics of this cluster. The caller closes them. Connects to nothing yet. */
    CompactedTopics compactedTopics(CompactedTopicOptions options);

    /**
     * Reads records. The caller closes it.
     *
     * @throws UnavailableException when no client can be made now
     * @throws RefusedException when a client property is wrong
     */
    TopicReader reader(ReaderOptions options);

    /** Gives up what is under way and frees the connections. */
    @Override
    void close();
}
