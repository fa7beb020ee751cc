package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link GroupMembership} by a Kafka consumer that is polled and fetches nothing. */
final class KafkaMembership implements GroupMembership {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaMembership.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final String group;
    private final ClientCalls calls;
    private final Consumer<byte[], byte[]> consumer;

    private KafkaMembership(String group, ClientCalls calls, Consumer<byte[], byte[]> consumer) {
        this.group = group;
        this.calls = calls;
        this.consumer = consumer;
    }

    static GroupMembership open(ClusterConfig cluster, MembershipOptions options) {
        ClientCalls calls = new ClientCalls(new ClusterFaults(cluster));
        var properties = new ClientProperties(cluster).member(options);
        return new KafkaMembership(
                options.group(),
                calls,
                calls.open(() ->
                        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())));
    }

    @Override
    public void join(String topic, Listener listener) {
        consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                consumer.pause(partitions);
                // A position that is known is not asked for.
                partitions.forEach(partition -> consumer.seek(partition, 0));
                listener.assigned(numbers(partitions));
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                listener.revoked(numbers(partitions));
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                listener.lost(numbers(partitions));
            }
        });
    }

    private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
        Set<Integer> numbers = new TreeSet<>();
        partitions.forEach(partition -> numbers.add(partition.partition()));
        return numbers;
    }

    @Override
    public void poll(Duration wait) throws InterruptedException {
        calls.run("READ", "group " + group, () -> consumer.poll(wait));
    }

    @Override
    public String memberId() {
        return consumer.groupMetadata().memberId();
    }

    @Override
    public void close(boolean isLeaving) {
        try {
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT)
                    .withGroupMembershipOperation(
                            isLeaving
                                    ? GroupMembershipOperation.LEAVE_GROUP
                                    : GroupMembershipOperation.REMAIN_IN_GROUP));
        } catch (KafkaException failure) {
            // The membership ends with its session.
            LOG.debug("a member of group {} did not close cleanly", group, failure);
        }
    }
}
