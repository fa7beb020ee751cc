package io.replicator.ownership;

import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Opens the consumer that is this instance's membership. What ownership needs wins over the user's client properties. */
final class MemberClients {
    /** So many heartbeats in a session: some may be lost, and a member learns soon that others came or went. */
    private static final int HEARTBEATS_PER_SESSION = 20;

    private static final long MAX_HEARTBEAT_MILLIS = 1_000;

    /** A call that gets no answer must not use up the session. */
    private static final int REQUESTS_PER_SESSION = 2;

    private static final long MIN_REQUEST_MILLIS = 2_000;

    private static final long MAX_POLL_INTERVAL_MILLIS = TimeUnit.DAYS.toMillis(1);

    /** What a member may take to let shards go, beyond the drain timeout: a last save, a busy machine. */
    static final Duration GRACE = Duration.ofSeconds(30);

    private MemberClients() {}

    static Consumer<byte[], byte[]> open(FlowConfig flow, Membership membership, ProtocolChoice.Chosen chosen) {
        return new KafkaConsumer<>(
                properties(flow, membership, chosen), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static Map<String, Object> properties(FlowConfig flow, Membership membership, ProtocolChoice.Chosen chosen) {
        OwnershipProtocol protocol = chosen.protocol();
        Map<String, Object> properties = new HashMap<>();
        long sessionMillis = membership.sessionTimeout().toMillis();
        properties.put(
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.toIntExact(Math.max(MIN_REQUEST_MILLIS, sessionMillis / REQUESTS_PER_SESSION)));
        properties.putAll(flow.target().client());
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, flow.target().bootstrapServers());
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "replicator-" + flow.name() + "-ownership");
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, flow.ownershipGroup());
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        if (chosen.isStatic()) {
            properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, membership.instance());
        }
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // The brokers wait so long for a member that is to let shards go: longer than the member takes.
        properties.put(
                ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                Math.toIntExact(Math.min(
                        MAX_POLL_INTERVAL_MILLIS,
                        membership.drainTimeout().plus(GRACE).toMillis())));
        properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, protocol.name().toLowerCase(Locale.ROOT));
        List.of(
                        ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG,
                        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG)
                .forEach(properties::remove);
        if (protocol == OwnershipProtocol.CLASSIC) {
            properties.put(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
            properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Math.toIntExact(sessionMillis));
            properties.put(
                    ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                    Math.toIntExact(Math.min(MAX_HEARTBEAT_MILLIS, sessionMillis / HEARTBEATS_PER_SESSION)));
        }
        return properties;
    }
}
