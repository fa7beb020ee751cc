package io.replicator.cluster;

import java.time.Duration;
import java.util.Optional;

/**
 * How a process is a member of a consumer group.
 *
 * @param clientId as the brokers' logs and quotas know it
 * @param instance the member's name (KIP-345); empty where the brokers know no names
 * @param protocol how the group agrees
 * @param sessionTimeout after what silence the member counts as dead; with {@link Protocol#CONSUMER} the brokers decide
 * @param pollTimeout how long the member may take between polls
 */
public record MembershipOptions(
        String clientId,
        String group,
        Optional<String> instance,
        Protocol protocol,
        Duration sessionTimeout,
        Duration pollTimeout) {
    /** How a group agrees on who gets which partitions. */
    public enum Protocol {
        /** The members, cooperatively. */
        CLASSIC,
        /** The coordinator (KIP-848). */
        CONSUMER
    }
}
