package io.replicator.ownership;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.Settings;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import java.time.Duration;
import java.util.Optional;

/**
 * Chooses the protocol by which this instance is a member of the group.
 *
 * <p>With KIP-848 the brokers decide after what silence a member is dead and how often it sends a heartbeat, and how low a
 * group may set either. Their defaults are 45 s and 5 s, and no less is allowed. The classic protocol takes over far sooner
 * then, so KIP-848 is chosen only where the brokers were set up to be as quick.
 */
final class ProtocolChoice {
    /** The feature of the brokers (KIP-584) that is KIP-848, since its level 1. */
    private static final String FEATURE = "group.version";

    private static final String SESSION = "consumer.session.timeout.ms";
    private static final String HEARTBEAT = "consumer.heartbeat.interval.ms";

    /** How much later than at the session's end others may learn of a death. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private ProtocolChoice() {}

    /**
     * What was chosen and why.
     *
     * @param protocol classic or consumer
     * @param isStatic whether the coordinator knows the instance by its name (KIP-345, brokers from 2.3 on)
     * @param reason for a person
     */
    record Chosen(OwnershipProtocol protocol, boolean isStatic, String reason) {
        Chosen(OwnershipProtocol protocol, String reason) {
            this(protocol, true, reason);
        }

        /** What is left when the brokers do not speak this one after all; nothing after the last. */
        Optional<Chosen> fallBack() {
            if (protocol == OwnershipProtocol.CONSUMER) {
                return Optional.of(new Chosen(OwnershipProtocol.CLASSIC, "the brokers refuse KIP-848"));
            }
            return isStatic
                    ? Optional.of(new Chosen(protocol, false, "the brokers know no static members"))
                    : Optional.empty();
        }
    }

    /**
     * What the brokers give a member of the group.
     *
     * @param session after what silence it counts as dead
     * @param heartbeat how often it speaks, and learns of others
     */
    record BrokerTimes(Duration session, Duration heartbeat) {}

    /** @throws UnavailableException when the target does not answer */
    static Chosen choose(FlowConfig flow, Membership membership, Cluster target) throws InterruptedException {
        if (membership.protocol() != OwnershipProtocol.AUTO) {
            return new Chosen(membership.protocol(), "as configured");
        }
        if (!isOffered(target)) {
            return new Chosen(OwnershipProtocol.CLASSIC, "the brokers do not offer KIP-848");
        }
        return choose(membership.sessionTimeout(), times(flow, target));
    }

    /** Of brokers that offer both. */
    static Chosen choose(Duration sessionTimeout, Optional<BrokerTimes> times) {
        if (times.isEmpty()) {
            return new Chosen(OwnershipProtocol.CLASSIC, "the brokers do not tell their times for KIP-848");
        }
        BrokerTimes brokers = times.get();
        String told = "with KIP-848 the brokers give a session of "
                + brokers.session().toMillis() + " ms and a heartbeat each "
                + brokers.heartbeat().toMillis() + " ms";
        boolean isQuick = brokers.session().plus(brokers.heartbeat()).compareTo(sessionTimeout.plus(TOLERANCE)) <= 0;
        return new Chosen(isQuick ? OwnershipProtocol.CONSUMER : OwnershipProtocol.CLASSIC, told);
    }

    private static boolean isOffered(Cluster target) throws InterruptedException {
        try {
            return target.features().getOrDefault(FEATURE, 0) >= 1;
        } catch (UnavailableException failure) {
            throwIfAway(failure);
            return false;
        }
    }

    private static Optional<BrokerTimes> times(FlowConfig flow, Cluster target) throws InterruptedException {
        try {
            Settings group = target.groupSettings(flow.ownershipGroup());
            return duration(group, SESSION).flatMap(session -> duration(group, HEARTBEAT)
                    .map(heartbeat -> new BrokerTimes(session, heartbeat)));
        } catch (UnavailableException failure) {
            throwIfAway(failure);
            return Optional.empty();
        }
    }

    private static Optional<Duration> duration(Settings settings, String key) {
        return settings.value(key).map(millis -> Duration.ofMillis(Long.parseLong(millis)));
    }

    /** Brokers that are too old to know the question, or do not allow it to this user, are there all the same. */
    private static void throwIfAway(UnavailableException failure) {
        if (failure.isOfTheCluster()) {
            throw failure;
        }
    }
}
