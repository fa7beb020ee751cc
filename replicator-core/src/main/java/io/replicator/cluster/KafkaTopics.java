package io.replicator.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;

/** A Kafka cluster's topics and settings. */
final class KafkaTopics {
    private static final int TOPICS_PER_REQUEST = 1_000;

    private final KafkaAdmin admin;

    KafkaTopics(KafkaAdmin admin) {
        this.admin = admin;
    }

    Answers<String, TopicDescription> describe(Collection<String> topics, boolean withRights)
            throws InterruptedException {
        DescribeTopicsOptions options = new DescribeTopicsOptions().includeAuthorizedOperations(withRights);
        Answers<String, TopicDescription> all = Answers.none();
        for (Collection<String> part : parts(topics)) {
            Map<String, KafkaFuture<TopicDescription>> asked = new HashMap<>();
            admin.client()
                    .describeTopics(part, options)
                    .topicNameValues()
                    .forEach((topic, answer) -> asked.put(topic, answer.thenApply(KafkaTopics::description)));
            all = all.and(known(admin.awaitEach(asked, "DESCRIBE", KafkaTopics::named)));
        }
        return all;
    }

    Answers<String, Settings> settings(Collection<String> topics) throws InterruptedException {
        Answers<String, Settings> all = Answers.none();
        for (Collection<String> part : parts(topics)) {
            Map<String, KafkaFuture<Settings>> asked = new HashMap<>();
            List<ConfigResource> resources = part.stream()
                    .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                    .toList();
            admin.client()
                    .describeConfigs(resources)
                    .values()
                    .forEach((resource, answer) -> asked.put(resource.name(), answer.thenApply(KafkaTopics::settings)));
            all = all.and(known(admin.awaitEach(asked, "DESCRIBE_CONFIGS", KafkaTopics::named)));
        }
        Map<String, UnavailableException> failed = new HashMap<>(all.failed());
        failed.values().removeIf(failure -> failure.error() == ClusterError.NOT_SUPPORTED);
        return new Answers<>(all.found(), failed);
    }

    Settings settings(ConfigResource.Type type, String name, String resource) throws InterruptedException {
        ConfigResource asked = new ConfigResource(type, name);
        KafkaFuture<Config> answer =
                admin.client().describeConfigs(List.of(asked)).values().get(asked);
        return settings(admin.await(answer, "DESCRIBE_CONFIGS", resource));
    }

    Map<String, UnavailableException> create(Collection<TopicRequest> topics, boolean onlyValidate)
            throws InterruptedException {
        List<NewTopic> requests = topics.stream()
                .map(topic ->
                        new NewTopic(topic.name(), topic.partitions(), topic.replicas()).configs(topic.settings()))
                .toList();
        CreateTopicsOptions options = new CreateTopicsOptions().validateOnly(onlyValidate);
        return failures(admin.client().createTopics(requests, options).values(), "CREATE");
    }

    Map<String, UnavailableException> grow(Map<String, Integer> partitions, boolean onlyValidate)
            throws InterruptedException {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        Map<String, NewPartitions> requests = new HashMap<>();
        partitions.forEach((topic, count) -> requests.put(topic, NewPartitions.increaseTo(count)));
        CreatePartitionsOptions options = new CreatePartitionsOptions().validateOnly(onlyValidate);
        return failures(admin.client().createPartitions(requests, options).values(), "ALTER");
    }

    private Map<String, UnavailableException> failures(Map<String, KafkaFuture<Void>> answers, String operation)
            throws InterruptedException {
        Map<String, KafkaFuture<Boolean>> asked = new HashMap<>();
        answers.forEach((topic, answer) -> asked.put(topic, answer.thenApply(nothing -> true)));
        return admin.awaitEach(asked, operation, KafkaTopics::named).failed();
    }

    /** Without topics that do not exist. */
    private static <T> Answers<String, T> known(Answers<String, T> answers) {
        Map<String, UnavailableException> failed = new HashMap<>();
        answers.failed().forEach((topic, failure) -> {
            if (failure.error() == ClusterError.UNKNOWN_TOPIC) {
                return;
            }
            if (failure.isOfTheCluster()) {
                throw failure;
            }
            failed.put(topic, failure);
        });
        return new Answers<>(answers.found(), failed);
    }

    /** So many at a time that no request grows without a limit. */
    private static List<Collection<String>> parts(Collection<String> topics) {
        List<String> all = List.copyOf(topics);
        List<Collection<String>> parts = new ArrayList<>();
        for (int start = 0; start < all.size(); start += TOPICS_PER_REQUEST) {
            parts.add(all.subList(start, Math.min(all.size(), start + TOPICS_PER_REQUEST)));
        }
        return parts;
    }

    private static TopicDescription description(org.apache.kafka.clients.admin.TopicDescription topic) {
        return new TopicDescription(
                topic.name(),
                topic.topicId(),
                topic.partitions().stream().map(KafkaTopics::partition).toList(),
                rights(topic.authorizedOperations()));
    }

    private static TopicDescription.Partition partition(TopicPartitionInfo partition) {
        Node leader = partition.leader();
        return new TopicDescription.Partition(
                partition.partition(),
                leader == null || leader.isEmpty() ? TopicDescription.NO_LEADER : leader.id(),
                partition.replicas().stream().map(Node::id).toList());
    }

    private static Settings settings(Config config) {
        return new Settings(config.entries().stream()
                .collect(Collectors.toMap(
                        ConfigEntry::name,
                        entry -> new Settings.Setting(Optional.ofNullable(entry.value()), origin(entry.source())))));
    }

    private static Settings.Origin origin(ConfigEntry.ConfigSource source) {
        return switch (source) {
            case DYNAMIC_TOPIC_CONFIG, DYNAMIC_GROUP_CONFIG -> Settings.Origin.OWN;
            case DYNAMIC_BROKER_CONFIG, DYNAMIC_DEFAULT_BROKER_CONFIG, STATIC_BROKER_CONFIG -> Settings.Origin.BROKER;
            case DEFAULT_CONFIG -> Settings.Origin.DEFAULT;
            default -> Settings.Origin.UNKNOWN; // Later brokers may know others.
        };
    }

    /** {@code null} where the brokers are too old to say. */
    static Rights rights(Set<AclOperation> operations) {
        if (operations == null) {
            return Rights.UNKNOWN;
        }
        Set<Right> granted = EnumSet.noneOf(Right.class);
        for (AclOperation operation : operations) {
            for (Right right : Right.values()) {
                if (right.name().equals(operation.name())) {
                    granted.add(right);
                }
            }
        }
        return Rights.of(granted);
    }

    private static String named(String topic) {
        return "topic " + topic;
    }
}
