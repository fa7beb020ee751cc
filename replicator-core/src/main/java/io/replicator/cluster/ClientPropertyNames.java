package io.replicator.cluster;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The names of the properties that kafka-clients knows. */
public final class ClientPropertyNames {
    /** The properties of any kind of client. */
    public static final SortedSet<String> ALL = all();

    /** The properties that all kinds of clients have, such as those about how to reach a cluster. */
    public static final SortedSet<String> COMMON = common();

    private ClientPropertyNames() {}

    private static SortedSet<String> all() {
        SortedSet<String> names = new TreeSet<>(ConsumerConfig.configNames());
        names.addAll(ProducerConfig.configNames());
        names.addAll(AdminClientConfig.configNames());
        return Collections.unmodifiableSortedSet(names);
    }

    private static SortedSet<String> common() {
        SortedSet<String> names = new TreeSet<>(ConsumerConfig.configNames());
        names.retainAll(ProducerConfig.configNames());
        names.retainAll(AdminClientConfig.configNames());
        return Collections.unmodifiableSortedSet(names);
    }
}
