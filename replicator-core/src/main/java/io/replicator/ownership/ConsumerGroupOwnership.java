package io.replicator.ownership;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterError;
import io.replicator.cluster.GroupDescription;
import io.replicator.cluster.GroupMembership;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import java.time.Duration;
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
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This instance's ownership of shards by membership in a consumer group, on a thread of its own. The group consumes a topic
 * without records, whose partitions stand for the shards. The member is polled so that the group coordinator knows that the
 * instance lives; it fetches and commits nothing.
 *
 * <p>While the coordinator cannot be reached the instance keeps its shards. The session may have ended and another instance
 * may have taken over, but then its fence stops this one's writes. So an outage of one broker does not stop a flow.
 *
 * <p>With the classic protocol the coordinator lets the first member of an empty group wait for others that may follow
 * ({@code group.initial.rebalance.delay.ms}). Where a fence protects the data, the instance meanwhile starts with all shards,
 * and gives up those that it does not get in the end. So an instance that is alone starts at once.
 *
 * <p>Two processes with the same instance name do not fight: the later one takes the name over, the earlier one is refused.
 */
public final class ConsumerGroupOwnership implements ShardOwnership {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerGroupOwnership.class);

    private static final Duration POLL = Duration.ofMillis(100);

    /** A coordinator that does not delay the first member has answered by then. */
    private static final long LOOK_AROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    /** For leaving the group, after a last poll. */
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(10);

    private static final Backoff PAUSES = Backoff.ofMillis(200, 10_000);
    private static final int MAX_TAKE_OVERS = 3;

    /** An instance that lost its shards to a later process with its name lets that one join before it joins again. */
    private static final long WAY_MILLIS = 2_000;

    private final FlowConfig flow;
    private final Membership membership;
    private final Cluster target;
    private final OwnershipEvents events;
    private final Thread thread;
    private final CountDownLatch joining = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);

    // Written by the ownership's thread.
    private final Set<Integer> held = new TreeSet<>();
    private volatile String memberId = "";
    private volatile long turnedNanos = System.nanoTime();
    private volatile CompletableFuture<Void> letGo = CompletableFuture.completedFuture(null);
    private final Retry retry = new Retry(PAUSES);
    private boolean isTroubled;
    private boolean isAssigned;
    private volatile boolean hasBegunAlone;
    private long lookAroundAtNanos;

    /**
     * How often a member with this name that is there already may still be put out: it is this instance before a restart, as
     * far as is known. More than once, for a member that was put out joins again by itself.
     */
    private int takeOvers = MAX_TAKE_OVERS;

    /** How the group agrees; {@code null} until it is chosen. */
    private ProtocolChoice.Chosen chosen;

    /** As {@link ShardOwnership.Opener#open}. */
    public ConsumerGroupOwnership(FlowConfig flow, Membership membership, Cluster target, OwnershipEvents events) {
        this.flow = flow;
        this.membership = membership;
        this.target = target;
        this.events = events;
        this.thread = new Thread(this::run, "replicator-" + flow.name() + "-ownership");
        this.thread.setDaemon(true);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public String name() {
        return thread.getName();
    }

    @Override
    public long nanosSinceLastTurn() {
        return System.nanoTime() - turnedNanos;
    }

    @Override
    public void join() {
        joining.countDown();
    }

    private void run() {
        try {
            boolean mayRetry = true;
            while (mayRetry && !isClosing()) {
                turnedNanos = System.nanoTime();
                try {
                    chooseProtocol();
                    beMember();
                } catch (UnavailableException failure) {
                    mayRetry = mayRetryAfter(failure);
                } catch (RefusedException refused) {
                    trouble(refused.getMessage());
                }
            }
        } catch (InterruptedException interrupted) {
            events.brokeDown("interrupted");
        } catch (Throwable bug) {
            LOG.error("the membership failed flow={}", flow.name(), bug);
            events.brokeDown("internal error: " + bug);
        }
    }

    private void chooseProtocol() throws InterruptedException {
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
    }

    /** Judges why the membership broke; false when another attempt cannot succeed. */
    private boolean mayRetryAfter(UnavailableException failure) throws InterruptedException {
        switch (failure.error()) {
            case INSTANCE_FENCED -> {
                return refuse(sameInstance());
            }
            case INSTANCE_IN_USE -> {
                return takeOver() || refuse(sameInstance());
            }
            case INVALID_SESSION_TIMEOUT -> {
                return refuse("cluster " + target.name() + " refuses session-timeout = "
                        + membership.sessionTimeout().toMillis()
                        + " ms; see group.min.session.timeout.ms and group.max.session.timeout.ms of its brokers");
            }
            case NOT_SUPPORTED -> {
                return fallBack()
                        || refuse(
                                "the brokers of " + target.name() + " are too old to share shards: " + failure.words());
            }
            default -> {
                trouble(words(failure));
                return true;
            }
        }
    }

    private boolean refuse(String reason) {
        events.refused(reason);
        return false;
    }

    private boolean fallBack() {
        Optional<ProtocolChoice.Chosen> left = chosen.fallBack();
        left.ifPresent(next -> {
            chosen = next;
            LOG.info("{} flow={} protocol={}", next.reason(), flow.name(), next.protocol());
        });
        return left.isPresent();
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    /** Polls until this is closed or the membership breaks; then whatever was held is lost. */
    private void beMember() throws InterruptedException {
        boolean isLeaving = false;
        isAssigned = false;
        hasBegunAlone = false;
        GroupMembership member = target.membership(membership.options(flow, chosen));
        try {
            joining.await();
            lookAroundAtNanos = System.nanoTime() + LOOK_AROUND_NANOS;
            if (!isClosing()) {
                member.join(flow.ownershipTopic(), new Listener());
            }
            while (!isClosing()) {
                turnedNanos = System.nanoTime();
                member.poll(POLL);
                memberId = member.memberId();
                if (chosen.protocol() == OwnershipProtocol.CLASSIC) {
                    beginAlone();
                }
            }
            isLeaving = true;
        } finally {
            loseAll();
            // A clean stop hands over at once; a membership that broke keeps its place for the next attempt.
            member.close(isLeaving);
        }
    }

    /** Starts with all shards when no other instance is in the group and the coordinator does not answer yet. */
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
            LOG.info(
                    "no other instance is in the group: starting before the coordinator's answer flow={}", flow.name());
            events.assigned(Set.copyOf(held));
        }
    }

    private boolean isAlone() throws InterruptedException {
        try {
            List<GroupDescription.Member> members = members();
            return members.size() == 1 && members.get(0).instance().equals(Optional.of(membership.instance()));
        } catch (UnavailableException failure) {
            return false; // Then there is nothing to be gained.
        }
    }

    private List<GroupDescription.Member> members() throws InterruptedException {
        return target.describeGroups(List.of(flow.ownershipGroup()), false)
                .of(flow.ownershipGroup())
                .map(GroupDescription::members)
                .orElse(List.of());
    }

    private void loseAll() {
        memberId = "";
        if (!held.isEmpty() && !isClosing()) {
            events.lost(Set.copyOf(held));
        }
        held.clear();
    }

    /** Takes the coordinator's decisions, on this thread, from within a poll. */
    private final class Listener implements GroupMembership.Listener {
        @Override
        public void assigned(Set<Integer> assigned) {
            Set<Integer> shards = new TreeSet<>(assigned);
            if (hasBegunAlone) {
                giveUpAllBut(shards);
            }
            shards.removeAll(held);
            held.addAll(shards);
            isAssigned = true;
            takeOvers = 0;
            retry.succeeded();
            if (isTroubled) {
                isTroubled = false;
                events.troubled("");
            }
            events.assigned(shards);
        }

        /** Others joined while this instance was alone, and have these shards already. */
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
        public void revoked(Set<Integer> revoked) {
            Set<Integer> shards = takeFromHeld(revoked);
            if (!shards.isEmpty() && !isClosing()) {
                handOver(shards);
            }
        }

        @Override
        public void lost(Set<Integer> lost) {
            Set<Integer> shards = takeFromHeld(lost);
            if (!shards.isEmpty() && !isClosing()) {
                events.lost(shards);
                makeWay();
            }
        }

        private Set<Integer> takeFromHeld(Set<Integer> gone) {
            Set<Integer> shards = new TreeSet<>(gone);
            shards.retainAll(held);
            held.removeAll(shards);
            return shards;
        }

        /** The member joins again when this returns. */
        private void makeWay() {
            try {
                closing.await(WAY_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The successor gets the shards when this returns. Heartbeats continue meanwhile, on a thread of the client. */
    private void handOver(Set<Integer> shards) {
        letGo = new CompletableFuture<>();
        if (isClosing()) {
            return;
        }
        events.revoked(shards, letGo);
        Duration patience = membership.drainTimeout().plus(Membership.GRACE.dividedBy(2));
        try {
            letGo.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            // The successor's fence will stop what is still written.
            LOG.warn(
                    "shards were not handed over in time: they are given up flow={} shards={} waited={}",
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

    /** Puts out the member that has this name; false when it is another process. */
    private boolean takeOver() throws InterruptedException {
        if (takeOvers == 0) {
            return false;
        }
        takeOvers--;
        LOG.info(
                "a member with this name is in the group, as after a crash: taking its place flow={} instance={}",
                flow.name(),
                membership.instance());
        try {
            target.removeMember(
                    flow.ownershipGroup(), membership.instance(), "a later process of this instance starts");
        } catch (UnavailableException failure) {
            trouble(failure.getMessage());
        }
        return true;
    }

    private String sameInstance() {
        return "another process runs flow " + flow.name() + " as instance " + membership.instance()
                + ", so this one has stopped it; give each process an instance of its own (replicator.instance)";
    }

    private String words(UnavailableException failure) {
        String group = "group " + flow.ownershipGroup();
        if (failure.error() == ClusterError.GROUP_DENIED) {
            return "cluster " + target.name() + " denies READ on " + group + "; grant it";
        }
        if (failure.reason() == UnavailableException.Reason.DENIED) {
            return "cluster " + target.name() + " denies DESCRIBE on topic " + flow.ownershipTopic()
                    + "; grant READ on it";
        }
        return failure.isOfTheCluster()
                ? failure.getMessage()
                : group + " on " + target.name() + ": " + failure.words();
    }

    /** Waits before another attempt, longer each time. */
    private void trouble(String why) throws InterruptedException {
        takeOvers = MAX_TAKE_OVERS;
        isTroubled = true;
        events.troubled(why);
        closing.await(retry.failed(System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    @Override
    public Set<Integer> confirmed(Set<Integer> shards) throws InterruptedException {
        String id = memberId;
        if (hasBegunAlone) {
            return Set.of();
        }
        return members().stream()
                .filter(each -> each.id().equals(id))
                .flatMap(each -> each.assigned().stream())
                .map(TopicPartition::partition)
                .filter(shards::contains)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void leave() throws InterruptedException {
        closing.countDown();
        joining.countDown();
        letGo.complete(null);
        thread.join(LEAVE_TIMEOUT.plus(POLL).toMillis());
        if (thread.isAlive()) {
            LOG.warn("leaving the group takes too long: the membership ends with its session flow={}", flow.name());
        }
    }
}
