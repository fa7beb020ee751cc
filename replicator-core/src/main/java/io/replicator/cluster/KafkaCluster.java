package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import io.replicator.config.Isolation;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** A {@link Cluster} of Kafka brokers. */
public final class KafkaCluster implements Cluster {
    /** How long a call may take when the user says nothing: long for a far cluster, short for a waiting person. */
    public static final Duration TIMEOUT = Duration.ofSeconds(8);

    private static final String THE_CLUSTER = "the cluster";

    private final ClusterConfig config;
    private final KafkaAdmin admin;
    private final KafkaTopics topics;
    private final KafkaLogOffsets offsets;
    private final KafkaTransactions transactions;
    private final KafkaGroups groups;
    private final ConsumerGroups consumerGroups;

    private KafkaCluster(ClusterConfig config, KafkaAdmin admin) {
        this.config = config;
        this.admin = admin;
        this.topics = new KafkaTopics(admin);
        this.offsets = new KafkaLogOffsets(admin);
        this.transactions = new KafkaTransactions(admin);
        this.groups = new KafkaGroups(admin);
        this.consumerGroups = new KafkaConsumerGroups(admin);
    }

    /** As {@link ClusterOpener#open}. */
    public static KafkaCluster open(ClusterConfig config, String clientId, Duration timeout) {
        KafkaAdmin admin = new KafkaAdmin(config, clientId, timeout);
        admin.client();
        return new KafkaCluster(config, admin);
    }

    /** As {@link #open}, but whatever is wrong shows only with the first question. For callers that hardly ask any. */
    public static KafkaCluster openLater(ClusterConfig config, String clientId, Duration timeout) {
        return new KafkaCluster(config, new KafkaAdmin(config, clientId, timeout));
    }

    @Override
    public String name() {
        return config.name();
    }

    @Override
    public Pending<ClusterDescription> askDescription() {
        DescribeClusterResult answer = admin.client().describeCluster();
        return () -> {
            String id = admin.await(answer.clusterId(), "DESCRIBE", THE_CLUSTER);
            List<Integer> brokers = admin.await(answer.nodes(), "DESCRIBE", THE_CLUSTER).stream()
                    .map(Node::id)
                    .toList();
            return new ClusterDescription(id == null ? "" : id, brokers);
        };
    }

    @Override
    public Rights rights() throws InterruptedException {
        DescribeClusterOptions options = new DescribeClusterOptions().includeAuthorizedOperations(true);
        return KafkaTopics.rights(
                admin.await(admin.client().describeCluster(options).authorizedOperations(), "DESCRIBE", THE_CLUSTER));
    }

    @Override
    public Map<String, Integer> features() throws InterruptedException {
        Map<String, Integer> levels = new HashMap<>();
        admin.await(admin.client().describeFeatures().featureMetadata(), "DESCRIBE", "the cluster's features")
                .finalizedFeatures()
                .forEach((name, range) -> levels.put(name, (int) range.maxVersionLevel()));
        return levels;
    }

    @Override
    public Set<String> topicNames() throws InterruptedException {
        return new TreeSet<>(admin.await(admin.client().listTopics().names(), "DESCRIBE", "the topics"));
    }

    @Override
    public Answers<String, TopicDescription> describeTopics(Collection<String> names, boolean withRights)
            throws InterruptedException {
        return topics.describe(names, withRights);
    }

    @Override
    public Answers<String, Settings> topicSettings(Collection<String> names) throws InterruptedException {
        return topics.settings(names);
    }

    @Override
    public Settings brokerSettings(int broker) throws InterruptedException {
        return topics.settings(ConfigResource.Type.BROKER, String.valueOf(broker), THE_CLUSTER);
    }

    @Override
    public Settings groupSettings(String group) throws InterruptedException {
        return topics.settings(ConfigResource.Type.GROUP, group, "group " + group);
    }

    @Override
    public Map<String, UnavailableException> createTopics(Collection<TopicRequest> requests, boolean onlyValidate)
            throws InterruptedException {
        return topics.create(requests, onlyValidate);
    }

    @Override
    public Map<String, UnavailableException> growTopics(Map<String, Integer> partitions, boolean onlyValidate)
            throws InterruptedException {
        return topics.grow(partitions, onlyValidate);
    }

    @Override
    public Answers<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, LogPosition position, Isolation isolation)
            throws InterruptedException {
        return offsets.offsets(partitions, position, isolation);
    }

    @Override
    public Answers<TopicPartition, LogBounds> bounds(Collection<TopicPartition> partitions, Isolation isolation)
            throws InterruptedException {
        return offsets.bounds(partitions, isolation);
    }

    @Override
    public Answers<TopicPartition, List<ActiveProducer>> producers(Collection<TopicPartition> partitions)
            throws InterruptedException {
        return transactions.producers(partitions);
    }

    @Override
    public Optional<TransactionState> transactionOf(long producerId) throws InterruptedException {
        return transactions.transactionOf(producerId);
    }

    @Override
    public Answers<String, TransactionState> transactions(Collection<String> transactionalIds)
            throws InterruptedException {
        return transactions.transactions(transactionalIds);
    }

    @Override
    public void prepareTransactions(String transactionalId) {
        transactions.prepare(transactionalId);
    }

    @Override
    public ConsumerGroups consumerGroups() {
        return consumerGroups;
    }

    @Override
    public Set<String> groupIds() throws InterruptedException {
        return groups.ids();
    }

    @Override
    public Answers<String, GroupDescription> describeGroups(Collection<String> ids, boolean withRights)
            throws InterruptedException {
        return groups.describe(ids, withRights);
    }

    @Override
    public void removeMember(String group, String instance, String reason) throws InterruptedException {
        groups.removeMember(group, instance, reason);
    }

    @Override
    public GroupMembership membership(MembershipOptions options) {
        return KafkaMembership.open(config, options);
    }

    @Override
    public CompactedTopics compactedTopics(CompactedTopicOptions options) {
        return new KafkaCompactedTopics(config, options);
    }

    @Override
    public TopicReader reader(ReaderOptions options) {
        return KafkaTopicReader.open(config, options);
    }

    @Override
    public void close() {
        admin.close();
    }
}
