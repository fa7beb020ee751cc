package io.replicator.wire;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.common.utils.Time;

/**
 * What a connection stands on: a client and the world it lives in. {@link ConnectionFactory#open} makes one over sockets;
 * a simulation brings its own.
 *
 * @param client speaks to the brokers
 * @param receives below the client, where responses are pooled
 * @param reachable told which nodes there are; the client's
 * @param time the client's
 * @param random chance, for backoffs
 */
public record Transport(
        KafkaClient client,
        Optional<ReceiveTracker> receives,
        ManualMetadataUpdater reachable,
        Time time,
        RandomGenerator random) {}
