package io.replicator.cluster;

/**
 * A group as a cluster lists it.
 *
 * @param protocol what its members use the group for: {@code consumer}, {@code connect} or another; empty where nobody says
 * @param isActive whether it has members, or is getting some; false where the brokers do not say
 */
public record GroupListing(String name, Kind kind, String protocol, boolean isActive) {
    /** What kind of group it is. Brokers before 3.8 do not say. */
    public enum Kind {
        /** Consumers with committed positions, of any protocol, or a group whose kind is not known. */
        CONSUMER,
        /** Kafka Streams (KIP-1071). */
        STREAMS,
        /** A share group (KIP-932): its records are acknowledged one by one. */
        SHARE
    }

    /** The group of Kafka Connect's workers, without asking the cluster. */
    public static GroupListing ofConnect(String name) {
        return new GroupListing(name, Kind.CONSUMER, "connect", false);
    }

    /** Whether its members keep their progress as positions in Kafka. */
    public boolean isOfConsumers() {
        return protocol.isEmpty() || protocol.equals("consumer") || protocol.equals("streams");
    }
}
