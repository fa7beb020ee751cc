package io.replicator.produce;

import io.replicator.delivery.Grant;
import io.replicator.delivery.GroupEvents;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.wire.ClusterView;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The producer identities of the lane's partition groups, and what their windows learn of them. */
final class GroupIdentities {
    /** Windows may be thousands: what all of a group's are to know is said no more often than this. */
    private static final long TELL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ClusterView target;
    private final Optional<String> transactionalIds;
    private final RandomGenerator random;
    private final Windows windows;
    private final Verdicts.Consequences consequences;
    private final GroupEvents events;
    private final Map<Integer, Group> groups = new HashMap<>();

    /** One group's identity, and how many of its grants its windows know. */
    private static final class Group {
        private final ProducerIdentity identity;
        private int toldGrants;
        private boolean isTold;
        private long toldNanos;

        Group(ProducerIdentity identity) {
            this.identity = identity;
        }

        boolean isToldLately(long nowNanos) {
            if (isTold && nowNanos - toldNanos < TELL_INTERVAL_NANOS) {
                return true;
            }
            isTold = true;
            toldNanos = nowNanos;
            return false;
        }
    }

    /**
     * @param transactionalIds prefix of the groups' transactional ids; empty for anonymous identities
     * @param events who is told of the groups
     */
    GroupIdentities(
            ClusterView target,
            Optional<String> transactionalIds,
            RandomGenerator random,
            Windows windows,
            Verdicts.Consequences consequences,
            GroupEvents events) {
        this.events = events;
        this.target = target;
        this.transactionalIds = transactionalIds;
        this.random = random;
        this.windows = windows;
        this.consequences = consequences;
    }

    ProducerIdentity of(int group) {
        return groups.computeIfAbsent(group, this::newGroup).identity;
    }

    /** A grant is on record; one that was replaced meanwhile means nothing any more. */
    void registered(Grant grant, Set<Long> producerIds) {}

    /** A later window of the group begins with a new identity. */
    void forget(int group) {
        groups.remove(group);
    }

    private Group newGroup(int group) {
        return new Group(new ProducerIdentity(group, transactionalIds.map(prefix -> prefix + group), target, random));
    }

    /** Asks for what is missing and tells the windows what has come. */
    int poll(long nowNanos) {
        int work = 0;
        for (Group group : groups.values()) {
            ProducerIdentity identity = group.identity;
            work += identity.poll(nowNanos);
            if (identity.grants() != group.toldGrants) {
                group.toldGrants = identity.grants();
                if (transactionalIds.isPresent() && events != null) {
                    events.granted(new Grant(identity.group(), identity.producerId(), identity.epoch()));
                }
                granted(identity, nowNanos);
                work++;
            } else if (!identity.isGranted() && !group.isToldLately(nowNanos)) {
                work += tellWhyNot(identity);
            }
        }
        return work;
    }

    private int tellWhyNot(ProducerIdentity identity) {
        if (identity.isTaken()) {
            return giveUp(identity);
        }
        if (identity.fault().isPresent()) {
            tell(
                    identity,
                    TargetTrouble.noIdentity(
                            target.connection().clusterName(),
                            identity.fault().get(),
                            identity.name(),
                            identity.why()));
        }
        return 0;
    }

    private void tell(ProducerIdentity identity, Health health) {
        for (PartitionWindow window : windows) {
            if (window.identity() == identity) {
                window.partition().targetHealthBecomes(health);
                consequences.goOn(window);
            }
        }
    }

    /** What gave its memory back while it waited for the identity is fetched again now, not after its pause. */
    private void granted(ProducerIdentity identity, long nowNanos) {
        for (PartitionWindow window : windows) {
            if (window.identity() == identity && !window.isOver()) {
                window.partition().targetHealthBecomes(Health.RUNNING);
                if (window.sheds > 0 && window.isEmpty()) {
                    window.sheds = 0;
                    consequences.restart(window, window.map().position(), nowNanos);
                }
                consequences.goOn(window);
            }
        }
    }

    /** Another owner has the group: its partitions are written no more. */
    private int giveUp(ProducerIdentity identity) {
        int given = 0;
        for (PartitionWindow window : windows) {
            if (window.identity() == identity && !window.isOver()) {
                window.end();
                window.partition()
                        .targetHealthIs(TargetTrouble.of(
                                target.connection().clusterName(),
                                window.partition(),
                                Fault.FENCED,
                                window.map().position(),
                                0,
                                ""));
                consequences.park(window);
                given++;
            }
        }
        return given;
    }
}
