package io.replicator.ownership;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This instance's membership in a flow, on a thread of its own: an ordinary consumer of a topic without records, which is
 * polled so that the group coordinator knows that the instance lives, and which fetches and commits nothing.
 *
 * <p>While the coordinator cannot be reached nothing is let go: the session may have ended and another instance may have
 * taken over, but then its fence stops this one's writes. So an outage of one broker does not stop a flow.
 *
 * <p>The first member of an empty group is made to wait (classic protocol, {@code group.initial.rebalance.delay.ms}) for
 * others that may follow. Where a fence protects the data, it begins meanwhile with all shards, and gives up what it does
 * not get in the end: so an instance that is alone starts at once.
 *
 * <p>Two processes of the same instance name never fight: the later one takes the name over, the former is refused.
 */
public final class ShardOwnership {
    private static final Logger LOG = LoggerFactory.getLogger(ShardOwnership.class);

    private static final Duration POLL = Duration.ofMillis(100);
    /** A coordinator that lets nobody wait has answered by then. */
    private static final long LOOK_AROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final int MAX_TAKE_OVERS = 3;

    /** Who lost all it had, as by a later process of its name, lets that one join before it does so again. */
    private static final long WAY_MILLIS = 2_000;

    private static final long MAX_PAUSE_MILLIS = 10_000;

    private final FlowConfig flow;
    private final Membership membership;
    private final ClusterAdmin target;
    private final OwnershipEvents events;
    private final Thread thread;
    private final CountDownLatch joining = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);

    // Written by the ownership's thread.
    private final Set<Integer> held = new TreeSet<>();
    private Consumer<byte[], byte[]> consumer;
    private volatile String memberId = "";
    private volatile long turnedNanos = System.nanoTime();
    private volatile CompletableFuture<Void> letGo = CompletableFuture.completedFuture(null);
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private boolean isTroubled;
    private boolean isAssigned;
    private volatile boolean hasBegunAlone;
    private long lookAroundAtNanos;

    /**
     * How often a member of this name that is there already may still be put out: it is our former self, as far as we know. More
     * than once, for a consumer that was put out joins again by itself.
     */
    private int takeOvers = MAX_TAKE_OVERS;

    /**
     * @param membership as what this instance takes part
     * @param target the flow's target; the caller closes it, after {@link #leave}
     * @param events told on the ownership's thread
     */
    public ShardOwnership(FlowConfig flow, Membership membership, ClusterAdmin target, OwnershipEvents events) {
        this.flow = flow;
        this.membership = membership;
        this.target = target;
        this.events = events;
        this.thread = new Thread(this::run, "replicator-" + flow.name() + "-ownership");
        this.thread.setDaemon(true);
    }

    /** Makes all ready for {@link #join}; returns at once. The topic exists. */
    public void start() {
        thread.start();
    }

    /** The thread's. */
    public String name() {
        return thread.getName();
    }

    /** How long ago the thread began its last poll or attempt. */
    public long nanosSinceLastTurn() {
        return System.nanoTime() - turnedNanos;
    }

    /**
     * Joins; returns at once. From here on this process has the instance's name, and whoever had it before is put out: the caller
     * is sure that it is the same flow. Calling it again does nothing.
     */
    public void join() {
        joining.countDown();
    }

    private void run() {
        try {
            ProtocolChoice.Chosen chosen = null;
            while (!isClosing()) {
                turnedNanos = System.nanoTime();
                try {
                    if (chosen == null) {
                        chosen = ProtocolChoice.choose(flow, membership, target);
                        LOG.info(
                                "sharing shards flow={} group={} instance={} protocol={} because=\"{}\"",
                                flow.name(),
                                flow.ownershipGroup(),
                                membership.instance(),
                                chosen.protocol(),
                                chosen.reason());
                    }
                    beMember(chosen);
                } catch (UnavailableException away) {
                    trouble(away.getMessage());
                } catch (FencedInstanceIdException taken) {
                    events.refused(sameInstance());
                    return;
                } catch (UnreleasedInstanceIdException taken) {
                    if (!takeOver()) {
                        events.refused(sameInstance());
                        return;
                    }
                } catch (InvalidSessionTimeoutException refused) {
                    events.refused("cluster " + target.cluster() + " refuses session-timeout = "
                            + membership.sessionTimeout().toMillis()
                            + " ms; see group.min.session.timeout.ms and group.max.session.timeout.ms of its brokers");
                    return;
                } catch (UnsupportedVersionException old) {
                    Optional<ProtocolChoice.Chosen> left = chosen.fallBack();
                    if (left.isEmpty()) {
                        events.refused("the brokers of " + target.cluster() + " are too old to share shards: "
                                + old.getMessage());
                        return;
                    }
                    chosen = left.get();
                    LOG.info("{} flow={} protocol={}", chosen.reason(), flow.name(), chosen.protocol());
                } catch (KafkaException failure) {
                    trouble(words(failure));
                }
            }
        } catch (InterruptedException interrupted) {
            events.brokeDown("interrupted");
        } catch (Throwable bug) {
            LOG.error("the membership failed flow={}", flow.name(), bug);
            events.brokeDown("internal error: " + bug);
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    /** Polls until this is closed or the membership breaks; whatever was held is lost then. */
    private void beMember(ProtocolChoice.Chosen chosen) throws InterruptedException {
        boolean isLeaving = false;
        isAssigned = false;
        hasBegunAlone = false;
        consumer = MemberClients.open(flow, membership, chosen);
        try {
            joining.await();
            lookAroundAtNanos = System.nanoTime() + LOOK_AROUND_NANOS;
            if (!isClosing()) {
                consumer.subscribe(List.of(flow.ownershipTopic()), new Listener());
            }
            while (!isClosing()) {
                turnedNanos = System.nanoTime();
                consumer.poll(POLL);
                memberId = consumer.groupMetadata().memberId();
                if (chosen.protocol() == OwnershipProtocol.CLASSIC) {
                    beginAlone();
                }
            }
            isLeaving = true;
        } catch (WakeupException woken) {
            isLeaving = isClosing();
        } finally {
            loseAll();
            // A clean stop hands over at once; what broke keeps its place for its next attempt.
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT)
                    .withGroupMembershipOperation(
                            isLeaving
                                    ? GroupMembershipOperation.LEAVE_GROUP
                                    : GroupMembershipOperation.REMAIN_IN_GROUP));
        }
    }

    /** Begins with all shards when nobody else is in the group and its first assignment lets wait for itself. */
    private void beginAlone() throws InterruptedException {
        boolean isDue = !isAssigned
                && !hasBegunAlone
                && flow.delivery().isFenced()
                && System.nanoTime() - lookAroundAtNanos >= 0;
        if (!isDue) {
            return;
        }
        lookAroundAtNanos = System.nanoTime() + LOOK_AROUND_NANOS;
        if (isAlone()) {
            hasBegunAlone = true;
            IntStream.range(0, flow.shards()).forEach(held::add);
            LOG.info("no other instance is there: begins before the coordinator's first answer flow={}", flow.name());
            events.assigned(Set.copyOf(held));
        }
    }

    private boolean isAlone() throws InterruptedException {
        try {
            var members = described().members();
            return members.size() == 1
                    && members.iterator().next().groupInstanceId().equals(Optional.of(membership.instance()));
        } catch (UnavailableException failure) {
            return false; // Then there is nothing to be gained.
        }
    }

    private ConsumerGroupDescription described() throws InterruptedException {
        return target.describeGroup(flow.ownershipGroup());
    }

    private void loseAll() {
        memberId = "";
        if (!held.isEmpty() && !isClosing()) {
            events.lost(Set.copyOf(held));
        }
        held.clear();
    }

    /** What the coordinator says, on this thread, from within a poll. */
    private final class Listener implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
            // A position that is known is not asked for.
            partitions.forEach(partition -> consumer.seek(partition, 0));
            Set<Integer> shards = shards(partitions);
            if (hasBegunAlone) {
                giveUpAllBut(shards);
            }
            shards.removeAll(held);
            held.addAll(shards);
            isAssigned = true;
            takeOvers = 0;
            pauseMillis = FIRST_PAUSE_MILLIS;
            if (isTroubled) {
                isTroubled = false;
                events.troubled("");
            }
            events.assigned(shards);
        }

        /** Others came while this instance was alone, and have them already. */
        private void giveUpAllBut(Set<Integer> shards) {
            hasBegunAlone = false;
            Set<Integer> others = new TreeSet<>(held);
            others.removeAll(shards);
            held.removeAll(others);
            if (!others.isEmpty()) {
                events.lost(others);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            Set<Integer> shards = shards(partitions);
            shards.retainAll(held);
            held.removeAll(shards);
            if (!shards.isEmpty() && !isClosing()) {
                handOver(shards);
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            Set<Integer> shards = shards(partitions);
            shards.retainAll(held);
            held.removeAll(shards);
            if (!shards.isEmpty() && !isClosing()) {
                events.lost(shards);
                makeWay();
            }
        }

        /** The consumer joins again when this returns. */
        private void makeWay() {
            try {
                closing.await(WAY_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private Set<Integer> shards(Collection<TopicPartition> partitions) {
            return partitions.stream().map(TopicPartition::partition).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The successor gets the shards when this returns. Heartbeats go on meanwhile, on the consumer's own thread. */
    private void handOver(Set<Integer> shards) {
        letGo = new CompletableFuture<>();
        if (isClosing()) {
            return;
        }
        events.revoked(shards, letGo);
        Duration patience = membership.drainTimeout().plus(MemberClients.GRACE.dividedBy(2));
        try {
            letGo.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            // The successor's fence will stop what is still written.
            LOG.warn(
                    "shards were not let go in time: they are given up flow={} shards={} waited={}",
                    flow.name(),
                    shards,
                    patience);
            events.lost(shards);
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when the name is another process's. */
    private boolean takeOver() throws InterruptedException {
        if (takeOvers == 0) {
            return false;
        }
        takeOvers--;
        LOG.info(
                "a member of this name is there already, as after a crash: its place is taken flow={} instance={}",
                flow.name(),
                membership.instance());
        var former = new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(membership.instance())));
        former.reason("a later process of this instance starts");
        try {
            target.await(
                    target.admin()
                            .removeMembersFromConsumerGroup(flow.ownershipGroup(), former)
                            .all(),
                    "READ",
                    "group " + flow.ownershipGroup());
        } catch (UnavailableException failure) {
            trouble(failure.getMessage());
        }
        return true;
    }

    private String sameInstance() {
        return "another process runs flow " + flow.name() + " as instance " + membership.instance()
                + ", so this one has stopped it; give each process an instance of its own (replicator.instance)";
    }

    private String words(KafkaException failure) {
        String group = "group " + flow.ownershipGroup();
        if (failure instanceof GroupAuthorizationException) {
            return "cluster " + target.cluster() + " denies READ on " + group + "; grant it";
        }
        if (failure instanceof TopicAuthorizationException) {
            return "cluster " + target.cluster() + " denies DESCRIBE on topic " + flow.ownershipTopic()
                    + "; grant READ on it";
        }
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return group + " on " + target.cluster() + ": " + (cause.getMessage() == null ? cause : cause.getMessage());
    }

    /** Waits before another attempt, longer each time. */
    private void trouble(String why) throws InterruptedException {
        takeOvers = MAX_TAKE_OVERS;
        isTroubled = true;
        events.troubled(why);
        closing.await(pauseMillis, TimeUnit.MILLISECONDS);
        pauseMillis = Math.min(MAX_PAUSE_MILLIS, 2 * pauseMillis);
    }

    /**
     * Whether the coordinator says that shards are ours. For an instance that was fenced although nobody has revoked
     * anything: it must not fence another one that took over for good reason.
     *
     * @return those of the shards that are
     * @throws UnavailableException when the coordinator does not answer
     */
    public Set<Integer> confirmed(Set<Integer> shards) throws InterruptedException {
        String id = memberId;
        if (hasBegunAlone) {
            return Set.of();
        }
        return described().members().stream()
                .filter(member -> member.consumerId().equals(id))
                .flatMap(ShardOwnership::shardsOf)
                .filter(shards::contains)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Integer> shardsOf(MemberDescription member) {
        return member.assignment().topicPartitions().stream().map(TopicPartition::partition);
    }

    /** Leaves, so that others get this instance's shards at once. They are written no more, and nothing is told of them. */
    public void leave() throws InterruptedException {
        closing.countDown();
        joining.countDown();
        letGo.complete(null);
        thread.join(CLOSE_TIMEOUT.plus(POLL).plus(CLOSE_TIMEOUT).toMillis());
        if (thread.isAlive()) {
            LOG.warn("the membership did not end in time: it ends with its session flow={}", flow.name());
        }
    }
}
