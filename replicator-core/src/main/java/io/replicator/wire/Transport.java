package io.replicator.wire;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.common.utils.Time;

/**
 * What a connection uses: a client, its time and its chance. {@link ConnectionFactory} makes one over sockets; a simulation
 * brings its own.
 *
 * @param client exchanges requests and answers with the brokers
 * @param receives below the client, if responses are received into a pool
 * @param reachable where the client looks up the nodes
 * @param time the client's
 * @param random for the jitter of backoffs
 */
public record Transport(
        KafkaClient client,
        Optional<ReceiveTracker> receives,
        ManualMetadataUpdater reachable,
        Time time,
        RandomGenerator random) {}
