package io.replicator.flow;

import io.replicator.agent.AgentThread;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.ReplicatorConfig;
import io.replicator.measure.LatencyHistograms;
import io.replicator.measure.LatencyRecorder;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.OtherFlows;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SavedState;
import io.replicator.ownership.GroupOwnership;
import io.replicator.ownership.Membership;
import io.replicator.ownership.OwnershipTopic;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.topics.ClusterGate;
import io.replicator.topics.RefusedException;
import io.replicator.topics.TopicPlanner;
import io.replicator.topics.TopicProblem;
import io.replicator.topics.TopicsPlan;
import io.replicator.topics.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One flow's control plane on one thread: reaches both clusters, reads what was saved, follows the topics, hands
 * partitions to lanes, saves progress. It may block for seconds where a cluster does not answer; lanes go on meanwhile.
 */
public final class Flow implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flow.class);

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    private static final long FIRST_RETRY_MILLIS = 1_000;
    private static final long MOST_RETRY_MILLIS = 15_000;

    /** News from the lanes lead to a look at the topics at once, but not more often than this. */
    private static final long LEAST_REFRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What passes by itself has passed by then. */
    private static final int MOST_SOON_REFRESHES = 30;

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long FIRST_PLAN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final FlowConfig config;
    private final List<FlowConfig> allFlows;
    private final Membership membership;
    private final Duration progressInterval;
    private final Duration drainTimeout;
    private final Lanes lanes;
    private final HealthLog healthLog;
    private final Rate recordRate = new Rate();
    private final Rate byteRate = new Rate();
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Released to wake the thread. */
    private final Semaphore wake = new Semaphore(0);

    private final GroupMail groupMail = new GroupMail(wake::release);
    private final OwnershipMail ownershipMail = new OwnershipMail(wake::release);

    private volatile boolean stopping;
    private volatile boolean news;

    // Written by the control thread.
    private volatile FlowState state = FlowState.STARTING;
    private volatile String reason = "connecting to both clusters";
    private volatile Copies copies;
    private volatile OwnedGroups groups;
    private volatile List<TopicProblem> problems = List.of();
    private GroupOwners owners;
    private RivalFlows rivals;
    private Watch watch;
    private TopicsPlan planned;
    private boolean isSeen;
    private volatile String savingReason = "";
    private volatile String groupReason = "";
    private final TroubleLog troubleLog;
    private final TroubleLog savingLog;

    // Written by the pulse.
    private volatile double recordsPerSecond;
    private volatile double bytesPerSecond;
    private volatile LatencyHistograms latencies =
            new LatencyHistograms(LatencyRecorder.empty(), LatencyRecorder.empty());

    /**
     * @param config the flow
     * @param process the process that it is a part of
     */
    public Flow(FlowConfig config, ReplicatorConfig process) {
        this.config = config;
        this.allFlows = process.flows();
        this.membership = Membership.of(process);
        this.progressInterval = process.progressInterval();
        this.drainTimeout = process.drainTimeout();
        this.lanes = new Lanes(
                config,
                Math.min(process.lanes(), config.partitionGroups()),
                process.memoryBytes() / process.flows().size(),
                this::news,
                groupMail);
        this.healthLog = new HealthLog(config.name());
        this.troubleLog = new TroubleLog(config.name());
        this.savingLog = new TroubleLog(config.name());
        this.thread = new Thread(this::run, "replicator-" + config.name() + "-control");
        this.thread.setDaemon(true);
    }

    public String name() {
        return config.name();
    }

    public void start() {
        thread.start();
    }

    private void news() {
        news = true;
        wake.release();
    }

    private void run() {
        try {
            control();
        } catch (RefusedException refused) {
            fail(refused.getMessage());
        } catch (InterruptedException interrupted) {
            fail("interrupted");
        } catch (OutOfMemoryError tooSmall) {
            fail("out of memory: " + tooSmall.getMessage()
                    + "; lower memory, or give the JVM more (-XX:MaxDirectMemorySize for buffers, -Xmx for the heap)");
        } catch (RuntimeException bug) {
            LOG.error("the control plane failed flow={}", config.name(), bug);
            fail("internal error: " + bug);
        } finally {
            ended.countDown();
        }
    }

    private void fail(String why) {
        LOG.error("{} flow={} state=FAILED", why, config.name());
        reason = why;
        state = FlowState.FAILED;
    }

    private void control() throws InterruptedException {
        try (ClusterGate gate = reach();
                OffsetLog log = new OffsetLog(config, CALL_TIMEOUT)) {
            if (gate == null) {
                return;
            }
            TransactionLog.create(config, gate.target());
            if (!ensureTopics(gate, log)) {
                return;
            }
            GroupOwnership ownership = new GroupOwnership(config, membership, gate.target(), ownershipMail);
            try {
                // Joining takes its time: what was saved is read meanwhile, and a plan is made.
                ownership.start();
                SavedState saved = readSaved(gate, log);
                if (saved != null) {
                    own(gate, log, saved, ownership);
                    follow(new TopicPlanner(config, allFlows, gate), gate, log);
                    drainAndSave(log);
                }
            } finally {
                // Nothing is written here any more when others get the groups.
                lanes.close();
                ownership.leave();
                endGroups();
            }
        }
    }

    private void endGroups() {
        if (groups != null) {
            groups.end();
            rivals.close();
        }
    }

    private void own(ClusterGate gate, OffsetLog log, SavedState saved, GroupOwnership ownership) {
        owners = new GroupOwners(membership.instance(), log);
        rivals = new RivalFlows(config, gate.target(), new OtherFlows(config, CALL_TIMEOUT), log);
        watch = new Watch(config, gate, log);
        Copies mine = new Copies(config, membership.instance(), lanes, gate, log, saved);
        groups = new OwnedGroups(
                config.name(),
                config.partitionGroups(),
                drainTimeout,
                lanes,
                mine,
                log,
                owners,
                groupMail,
                wake::release,
                ownership::confirmed);
        copies = mine;
        lanes.open();
    }

    /** Tries until both clusters answer; {@code null} when the flow is stopped first. */
    private ClusterGate reach() throws InterruptedException {
        for (long waitMillis = FIRST_RETRY_MILLIS;
                !stopping;
                waitMillis = Math.min(MOST_RETRY_MILLIS, 2 * waitMillis)) {
            try {
                return ClusterGate.open(config);
            } catch (UnavailableException unavailable) {
                trouble(unavailable.getMessage());
                pause(waitMillis);
            }
        }
        return null;
    }

    /** Tries until the topics that the flow keeps for itself are there; false when it is stopped first. */
    private boolean ensureTopics(ClusterGate gate, OffsetLog log) throws InterruptedException {
        return tries(() -> {
                    log.ensureTopic(gate.target().admin());
                    new OwnershipTopic(config, gate.target()).ensure();
                    return true;
                })
                != null;
    }

    private SavedState readSaved(ClusterGate gate, OffsetLog log) throws InterruptedException {
        return tries(() -> {
            SavedState saved = log.load();
            OneFlow.check(config, gate, saved, log);
            LOG.info(
                    "saved progress read flow={} topic={} partitions={}",
                    config.name(),
                    config.offsetsTopic(),
                    saved.partitions().size());
            return saved;
        });
    }

    /** Something that a cluster may not be ready for. */
    private interface Attempt<T> {
        T make() throws InterruptedException;
    }

    /** Tries until it succeeds; {@code null} when the flow is stopped first. */
    private <T> T tries(Attempt<T> attempt) throws InterruptedException {
        for (long waitMillis = FIRST_RETRY_MILLIS;
                !stopping;
                waitMillis = Math.min(MOST_RETRY_MILLIS, 2 * waitMillis)) {
            try {
                return attempt.make();
            } catch (UnavailableException unavailable) {
                trouble(unavailable.getMessage());
            } catch (OffsetLogException failure) {
                trouble(passing(failure));
            }
            pause(waitMillis);
        }
        return null;
    }

    /** The words of a failure that another attempt may overcome. */
    private static String passing(OffsetLogException failure) {
        if (!failure.isTransient() && !failure.isDenied()) {
            throw new RefusedException(failure.getMessage());
        }
        return failure.getMessage();
    }

    private void follow(TopicPlanner planner, ClusterGate gate, OffsetLog log) throws InterruptedException {
        long now = System.nanoTime();
        // What this instance owns decides whether it may create topics: worth a moment's wait, but no more.
        long refreshAt = now + FIRST_PLAN_NANOS;
        long saveAt = now + progressInterval.toNanos();
        long refreshedAt = now - LEAST_REFRESH_NANOS;
        long wakeAt = now;
        int soonRefreshes = 0;
        while (!stopping) {
            now = System.nanoTime();
            boolean wasAway = now - wakeAt > membership.sessionTimeout().toNanos();
            boolean isTurned = turn(now, log);
            if (groups.takesControl()) {
                refreshAt = now;
            }
            if (now - refreshAt >= 0 || (news && now - refreshedAt >= LEAST_REFRESH_NANOS)) {
                news = false;
                boolean isComplete = refresh(planner, gate, log);
                refreshedAt = System.nanoTime();
                soonRefreshes = isComplete ? 0 : soonRefreshes + 1;
                boolean isSoon = !isComplete && soonRefreshes < MOST_SOON_REFRESHES;
                refreshAt = refreshedAt
                        + (isSoon
                                ? SOON_NANOS
                                : config.topics().refreshInterval().toNanos());
                isTurned &= turn(refreshedAt, log);
            }
            reviveLanes();
            if (wasAway) {
                // Frozen for as long as that, others may own what we own: they are heard before anything is saved.
                LOG.warn("stood still for longer than the session lasts flow={}", config.name());
                saveAt = System.nanoTime() + Math.max(progressInterval.toNanos(), SOON_NANOS);
            }
            if (System.nanoTime() - saveAt >= 0) {
                save(log);
                saveAt = System.nanoTime() + progressInterval.toNanos();
            }
            long nextAt = Math.min(refreshAt, saveAt);
            if (news) {
                nextAt = Math.min(nextAt, refreshedAt + LEAST_REFRESH_NANOS);
            }
            now = System.nanoTime();
            long waitNanos = Math.min(nextAt - now, isTurned ? groups.nextNanos(now) : RETRY_NANOS);
            wakeAt = now + Math.max(0, waitNanos);
            pause(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos)));
        }
    }

    /** What happened to partition groups; false when it is to be tried again. */
    private boolean turn(long nowNanos, OffsetLog log) throws InterruptedException {
        ownershipMail.deliver(groups);
        if (!groups.refusal().isEmpty()) {
            throw new RefusedException(groups.refusal());
        }
        try {
            if (!isSeen && groups.isMember() && planned != null) {
                // A flow that looked for this one before could not see it: nothing begins by what was planned until
                // then.
                followPlan();
                isSeen = true;
            }
            groups.turn(nowNanos, () -> save(log));
            groupReason = "";
            runIfReady();
            return true;
        } catch (UnavailableException unavailable) {
            groupReason = unavailable.getMessage();
        } catch (OffsetLogException failure) {
            groupReason = passing(failure);
        }
        troubleLog.say(groupReason);
        return false;
    }

    private void runIfReady() {
        if (state == FlowState.STARTING && copies.isPlanned()) {
            if (groups.isReady()) {
                LOG.info(
                        "running flow={} source={} target={} instance={} partitionGroups={} of={}",
                        config.name(),
                        config.source().name(),
                        config.target().name(),
                        membership.instance(),
                        groups.owned(),
                        config.partitionGroups());
                reason = "";
                state = FlowState.RUNNING;
            } else {
                reason = "waiting for the group coordinator of "
                        + config.target().name() + " to assign partition groups";
            }
        }
    }

    /** False when it is to be tried again soon: a cluster did not answer, or does not show yet what was created. */
    private boolean refresh(TopicPlanner planner, ClusterGate gate, OffsetLog log) throws InterruptedException {
        try {
            if (!groups.ownsAll()) {
                // What others have begun is known, and a take-over has little left to read.
                log.refresh();
                new OwnershipTopic(config, gate.target()).ensure();
            }
            planned = planner.refresh(copies.started(), groups.ownsControl());
            TopicsPlan plan = followPlan();
            copies.resolveLosses();
            watch.look(copies);
            if (state == FlowState.RUNNING) {
                reason = "";
            }
            troubleLog.isOver();
            return !plan.isPassing() && copies.unbegun().isEmpty();
        } catch (UnavailableException unavailable) {
            trouble(unavailable.getMessage());
        } catch (OffsetLogException failure) {
            trouble(passing(failure));
        }
        return false;
    }

    private TopicsPlan followPlan() throws InterruptedException {
        TopicsPlan plan = rivals.without(
                planned, new RivalFlows.Standing(groups.isMember(), groups.ownsControl(), groups.ownsAll()));
        problems = groups.ownsControl() ? plan.problems() : List.of();
        copies.leave(rivals.refused());
        copies.follow(plan);
        return plan;
    }

    private void reviveLanes() {
        lanes.dead().ifPresent(lane -> {
            LOG.error(
                    "a lane failed and is opened anew flow={} lane={}",
                    config.name(),
                    lane.number(),
                    lane.death().orElseThrow());
            groups.laneDied(lane.number());
            lanes.replace(lane);
            copies.reassign(lane.number());
        });
    }

    /** False when not all of it is durable yet. */
    private boolean save(OffsetLog log) throws InterruptedException {
        try {
            // What another instance owns by now is that one's to save.
            List<Progress> progress = lanes.collect().stream()
                    .filter(each -> copies.serves(each.writer().partitionGroup()) && copies.isCurrent(each))
                    .toList();
            if (config.delivery() == Delivery.AT_LEAST_ONCE) {
                owners.recordWriters(progress);
            }
            log.save(progress);
            savingReason = "";
            savingLog.isOver();
            return true;
        } catch (OffsetLogException failure) {
            savingReason = failure.getMessage();
            savingLog.say(failure.getMessage());
            return false;
        }
    }

    private void drainAndSave(OffsetLog log) throws InterruptedException {
        // The timeout covers both: what is left of it must do for the last save.
        long saveMillis = Math.min(CALL_TIMEOUT.toMillis(), drainTimeout.toMillis() / 3);
        boolean drained = lanes.drain(drainTimeout.toMillis() - saveMillis);
        save(log);
        if (!drained) {
            LOG.warn(
                    "stopped before everything in flight was acknowledged: it may be copied twice flow={} waited={}",
                    config.name(),
                    drainTimeout);
        }
        LOG.info("stopped flow={} drained={}", config.name(), drained);
        state = FlowState.STOPPED;
        reason = "stopped";
    }

    /** Says what is wrong; the flow's reason until both clusters answered again, also while its lanes go on. */
    private void trouble(String message) {
        reason = message;
        troubleLog.say(message);
    }

    private void pause(long millis) throws InterruptedException {
        if (wake.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            wake.drainPermits();
        }
    }

    /** Once a second, on the process's pulse: rates, latencies, and what partitions have to say. */
    public void pulse(long nowNanos) {
        long records = 0;
        long bytes = 0;
        List<Copy> all = all();
        for (Copy copy : all) {
            records += copy.partition().records();
            bytes += copy.partition().bytes();
        }
        recordsPerSecond = recordRate.sample(records, nowNanos);
        bytesPerSecond = byteRate.sample(bytes, nowNanos);
        latencies = lanes.latencies();
        healthLog.look(all);
    }

    private List<Copy> all() {
        Copies now = copies;
        return now == null ? List.of() : now.all();
    }

    /** The flow as it looks now. Any thread. */
    public FlowStatus status() {
        long nowMillis = System.currentTimeMillis();
        List<PartitionStatus> partitions = new ArrayList<>();
        for (Copy copy : all()) {
            partitions.add(status(copy, nowMillis));
        }
        if (copies != null) {
            copies.unbegun().forEach(partition -> partitions.add(status(partition)));
        }
        for (TopicProblem problem : problems) {
            if (partitions.stream().noneMatch(partition -> partition.topic().equals(problem.topic()))) {
                partitions.add(status(problem));
            }
        }
        return new FlowStatus(
                config.name(),
                config.source().name(),
                config.target().name(),
                state,
                whatIsWrong(),
                recordsPerSecond,
                bytesPerSecond,
                partitions,
                lanes.status(),
                latencies,
                groups == null ? Set.of() : groups.owned(),
                config.partitionGroups());
    }

    private String whatIsWrong() {
        OwnedGroups now = groups;
        if (now == null || state == FlowState.FAILED || state == FlowState.STOPPED) {
            return reason;
        }
        return Stream.of(now.trouble(), groupReason, reason, savingReason)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static PartitionStatus status(Copy copy, long nowMillis) {
        Partition partition = copy.partition();
        long position = partition.position();
        long sourceEnd = partition.sourceEnd();
        boolean isBehind = sourceEnd > position;
        long lagMillis =
                isBehind && partition.lastTimestamp() >= 0 ? Math.max(0, nowMillis - partition.lastTimestamp()) : 0;
        return new PartitionStatus(
                partition.source().topic(),
                partition.number(),
                partition.targetTopic(),
                partition.health().state(),
                partition.health().reason(),
                partition.health().resumesWhen(),
                partition.sourceStart(),
                sourceEnd,
                position,
                partition.targetEnd(),
                lagMillis,
                copy.lane(),
                partition.records(),
                partition.bytes(),
                partition.gapRecords(),
                partition.truncatedRecords(),
                partition.recreations());
    }

    private static PartitionStatus status(UnbegunPartition partition) {
        return new PartitionStatus(
                partition.source().topic(),
                partition.source().partition(),
                partition.targetTopic(),
                PartitionState.WAITING,
                partition.reason(),
                "the cluster says where the partition begins and ends",
                -1,
                -1,
                -1,
                -1,
                0,
                -1,
                0,
                0,
                0,
                0,
                0);
    }

    /** A topic that cannot be copied shows as one partition that has no number. */
    private static PartitionStatus status(TopicProblem problem) {
        return new PartitionStatus(
                problem.topic(),
                -1,
                "",
                PartitionState.WAITING,
                problem.reason(),
                problem.resumesWhen(),
                -1,
                -1,
                -1,
                -1,
                0,
                -1,
                0,
                0,
                0,
                0,
                0);
    }

    /** The threads of the flow's lanes, to be watched. */
    public List<AgentThread> threads() {
        return lanes.threads();
    }

    /** Asks the flow to end; returns at once. */
    public void stop() {
        stopping = true;
        wake.release();
    }

    /** Ends the flow in good order; waits for it. */
    @Override
    public void close() {
        stop();
        try {
            long patienceMillis = drainTimeout.toMillis() + 3 * CALL_TIMEOUT.toMillis();
            if (!ended.await(patienceMillis, TimeUnit.MILLISECONDS)) {
                IllegalStateException stuck = new IllegalStateException(
                        thread.getName() + " did not stop within " + patienceMillis + " ms; its stack follows");
                stuck.setStackTrace(thread.getStackTrace());
                throw stuck;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
