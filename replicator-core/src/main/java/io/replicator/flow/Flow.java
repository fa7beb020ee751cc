package io.replicator.flow;

import io.replicator.agent.AgentThread;
import io.replicator.cluster.ClusterGate;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.ReplicatorConfig;
import io.replicator.measure.LatencyHistograms;
import io.replicator.measure.LatencyRecorder;
import io.replicator.mirrormaker.MirrorMakerRecords;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.OtherFlows;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SavedState;
import io.replicator.ownership.ConsumerGroupOwnership;
import io.replicator.ownership.Membership;
import io.replicator.ownership.OwnershipTopic;
import io.replicator.ownership.ShardOwnership;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.positions.GroupSync;
import io.replicator.positions.GroupsStatus;
import io.replicator.topics.TopicPlanner;
import io.replicator.topics.TopicProblem;
import io.replicator.topics.TopicsPlan;
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
    private static final long MAX_RETRY_MILLIS = 15_000;

    /** News from the lanes lead to a look at the topics at once, but not more often than this. */
    private static final long MIN_REFRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What passes by itself has passed by then. */
    private static final int MAX_SOON_REFRESHES = 30;

    /**
     * The control thread and the ownership's may wait long for clusters, each call its ten seconds, and a hand-over as long as it
     * may drain. One that has not come round in this time beyond that does not wait for anybody.
     */
    private static final long CONTROL_STUCK_NANOS = TimeUnit.MINUTES.toNanos(10);

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long FIRST_PLAN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final FlowConfig config;
    private final List<FlowConfig> allFlows;
    private final Membership membership;
    private final Duration progressInterval;
    private final Duration drainTimeout;
    private final Lanes lanes;
    private final GroupSync groupSync;

    // Written by the thread that keeps the groups' positions.
    private volatile MirrorMakerRecords mirrorMakerRecords;

    private final HealthLog healthLog;
    private final Rate recordRate = new Rate();
    private final Rate byteRate = new Rate();
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Released to wake the thread. */
    private final Semaphore wake = new Semaphore(0);

    private final ShardMail shardMail = new ShardMail(wake::release);
    private final OwnershipMail ownershipMail = new OwnershipMail(wake::release);

    private volatile boolean stopping;
    private volatile boolean news;

    // Written by the control thread.
    private volatile FlowState state = FlowState.STARTING;
    private volatile boolean mayRestart;
    private volatile String reason = "connecting to both clusters";
    private volatile long turnedNanos = System.nanoTime();
    private volatile ShardOwnership membershipThread;
    private volatile Copies copies;
    private volatile OwnedShards shards;
    private volatile List<TopicProblem> problems = List.of();
    private ShardOwners owners;
    private TopicClaims rivals;
    private PeriodicChecks watch;
    private TopicsPlan planned;
    private boolean isSeen;
    private volatile String savingReason = "";
    private volatile String shardReason = "";
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
                Math.min(process.lanes(), config.shards()),
                process.memoryBytes() / process.flows().size(),
                this::news,
                shardMail);
        this.groupSync = new GroupSync(config, () -> mirrorMakerRecords, this::openMirrorMakerRecords);
        this.healthLog = new HealthLog(config.name());
        this.troubleLog = new TroubleLog(config.name());
        this.savingLog = new TroubleLog(config.name());
        this.thread = new Thread(this::run, "replicator-" + config.name() + "-control");
        this.thread.setDaemon(true);
    }

    /** On the thread that keeps the groups' positions, which closes them; again when a cluster did not answer. */
    private MirrorMakerRecords openMirrorMakerRecords() {
        if (mirrorMakerRecords != null) {
            mirrorMakerRecords.close();
        }
        mirrorMakerRecords = new MirrorMakerRecords(config);
        return mirrorMakerRecords;
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
        } catch (BrokenOffException broken) {
            breakOff(broken.getMessage());
        } catch (InterruptedException interrupted) {
            breakOff("interrupted");
        } catch (OutOfMemoryError tooSmall) {
            breakOff("out of memory: " + tooSmall.getMessage()
                    + "; lower memory, or give the JVM more (-XX:MaxDirectMemorySize for buffers, -Xmx for the heap)");
        } catch (RuntimeException bug) {
            LOG.error("the control plane failed flow={}", config.name(), bug);
            breakOff("internal error: " + bug);
        } finally {
            ended.countDown();
        }
    }

    /** Nobody has to change anything: whoever runs the process may start it again. */
    private void breakOff(String why) {
        mayRestart = true;
        fail(why);
    }

    /** What another start may overcome, and another attempt may not. */
    private static final class BrokenOffException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokenOffException(String message) {
            super(message);
        }
    }

    private void fail(String why) {
        LOG.error("{} flow={} state=FAILED", why, config.name());
        reason = why;
        state = FlowState.FAILED;
    }

    private void control() throws InterruptedException {
        try (ClusterGate gate = reach();
                OffsetLog log = new OffsetLog(config, gate.target(), CALL_TIMEOUT)) {
            if (gate == null) {
                return;
            }
            TransactionLog.create(config, gate.target());
            if (!ensureTopics(gate, log)) {
                return;
            }
            ShardOwnership ownership = new ConsumerGroupOwnership(config, membership, gate.target(), ownershipMail);
            try {
                // What it takes to join is made ready while it is read what was saved.
                ownership.start();
                membershipThread = ownership;
                SavedState saved = readSaved(gate, log, ownership);
                if (saved != null) {
                    own(gate, log, saved, ownership);
                    follow(new TopicPlanner(config, allFlows, gate.source(), gate.target()), gate, log);
                    drainAndSave(log);
                }
            } finally {
                // Nothing is written here any more when others get the shards.
                lanes.close();
                groupSync.close();
                ownership.leave();
                endShards();
            }
        }
    }

    private void endShards() {
        if (shards != null) {
            shards.end();
            rivals.close();
        }
    }

    private void own(ClusterGate gate, OffsetLog log, SavedState saved, ShardOwnership ownership) {
        owners = new ShardOwners(membership.instance(), log);
        rivals = new TopicClaims(config, gate.target(), new OtherFlows(config, gate.target(), CALL_TIMEOUT), log);
        watch = new PeriodicChecks(config, gate, log);
        Copies mine = new Copies(config, membership.instance(), lanes, gate, log, saved);
        shards = new OwnedShards(
                config.name(),
                config.shards(),
                drainTimeout,
                lanes,
                mine,
                log,
                owners,
                shardMail,
                wake::release,
                ownership::confirmed);
        copies = mine;
        lanes.open();
    }

    /** Tries until both clusters answer; {@code null} when the flow is stopped first. */
    private ClusterGate reach() throws InterruptedException {
        for (long waitMillis = FIRST_RETRY_MILLIS; !stopping; waitMillis = Math.min(MAX_RETRY_MILLIS, 2 * waitMillis)) {
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
        return tries(gate, log, () -> {
                    log.ensureTopic();
                    new OwnershipTopic(config, gate.target()).ensure();
                    return true;
                })
                != null;
    }

    /**
     * Reads the log and joins. A flow of the same name between other clusters is refused before it joins: it would put a healthy
     * process of the same instance name out.
     */
    private SavedState readSaved(ClusterGate gate, OffsetLog log, ShardOwnership ownership)
            throws InterruptedException {
        return tries(gate, log, () -> {
            SavedState saved = log.load();
            if (saved.ends().isEmpty()) {
                ownership.join(); // There is nothing to compare, and something to be written first.
            }
            FlowIdentityCheck.check(config, gate, saved, log);
            ownership.join();
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
    private <T> T tries(ClusterGate gate, OffsetLog log, Attempt<T> attempt) throws InterruptedException {
        for (long waitMillis = FIRST_RETRY_MILLIS; !stopping; waitMillis = Math.min(MAX_RETRY_MILLIS, 2 * waitMillis)) {
            try {
                return attempt.make();
            } catch (UnavailableException unavailable) {
                trouble(unavailable.getMessage());
            } catch (OffsetLogException failure) {
                trouble(passing(failure, gate, log));
            }
            pause(waitMillis);
        }
        return null;
    }

    /** The words of a failure that another attempt may overcome. */
    private static String passing(OffsetLogException failure, ClusterGate gate, OffsetLog log)
            throws InterruptedException {
        if (failure.isTransient() || failure.isDenied()) {
            return failure.getMessage();
        }
        if (failure.isTruncation() && isStillThere(gate, log)) {
            throw new BrokenOffException(failure.getMessage());
        }
        throw new RefusedException(failure.getMessage());
    }

    /** Who starts again after the topic was deleted begins anew: that is for an operator to decide. */
    private static boolean isStillThere(ClusterGate gate, OffsetLog log) throws InterruptedException {
        try {
            return log.isSameTopic();
        } catch (OffsetLogException unknown) {
            return false;
        }
    }

    private void follow(TopicPlanner planner, ClusterGate gate, OffsetLog log) throws InterruptedException {
        long now = System.nanoTime();
        // What this instance owns decides whether it may create topics: worth a moment's wait, but no more.
        long refreshAt = now + FIRST_PLAN_NANOS;
        long saveAt = now + progressInterval.toNanos();
        long refreshedAt = now - MIN_REFRESH_NANOS;
        long wakeAt = now;
        int soonRefreshes = 0;
        while (!stopping) {
            now = System.nanoTime();
            turnedNanos = now;
            boolean wasAway = now - wakeAt > membership.sessionTimeout().toNanos();
            boolean isTurned = turn(now, gate, log);
            if (shards.takesControl()) {
                refreshAt = now;
            }
            groupSync.own(shards.ownsControl());
            if (now - refreshAt >= 0 || (news && now - refreshedAt >= MIN_REFRESH_NANOS)) {
                news = false;
                boolean isComplete = refresh(planner, gate, log);
                refreshedAt = System.nanoTime();
                soonRefreshes = isComplete ? 0 : soonRefreshes + 1;
                boolean isSoon = !isComplete && soonRefreshes < MAX_SOON_REFRESHES;
                refreshAt = refreshedAt
                        + (isSoon
                                ? SOON_NANOS
                                : config.topics().refreshInterval().toNanos());
                isTurned &= turn(refreshedAt, gate, log);
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
                nextAt = Math.min(nextAt, refreshedAt + MIN_REFRESH_NANOS);
            }
            now = System.nanoTime();
            long waitNanos = Math.min(nextAt - now, isTurned ? shards.nextNanos(now) : RETRY_NANOS);
            wakeAt = now + Math.max(0, waitNanos);
            pause(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos)));
        }
    }

    /** What happened to shards; false when it is to be tried again. */
    private boolean turn(long nowNanos, ClusterGate gate, OffsetLog log) throws InterruptedException {
        ownershipMail.deliver(shards);
        if (!shards.refusal().isEmpty()) {
            throw new RefusedException(shards.refusal());
        }
        if (!shards.breakdown().isEmpty()) {
            throw new BrokenOffException(shards.breakdown());
        }
        try {
            if (!isSeen && shards.isMember() && planned != null) {
                // A flow that looked for this one before could not see it: nothing begins by what was planned until
                // then.
                followPlan();
                isSeen = true;
            }
            shards.turn(nowNanos, () -> save(log));
            shardReason = "";
            runIfReady();
            return true;
        } catch (UnavailableException unavailable) {
            shardReason = unavailable.getMessage();
        } catch (OffsetLogException failure) {
            shardReason = passing(failure, gate, log);
        }
        troubleLog.say(shardReason);
        return false;
    }

    private void runIfReady() {
        if (state == FlowState.STARTING && copies.isPlanned()) {
            if (shards.isReady()) {
                LOG.info(
                        "running flow={} source={} target={} instance={} shards={} of={}",
                        config.name(),
                        config.source().name(),
                        config.target().name(),
                        membership.instance(),
                        shards.owned(),
                        config.shards());
                reason = "";
                state = FlowState.RUNNING;
            } else {
                reason = "waiting for the group coordinator of "
                        + config.target().name() + " to assign shards";
            }
        }
    }

    /** False when it is to be tried again soon: a cluster did not answer, or does not show yet what was created. */
    private boolean refresh(TopicPlanner planner, ClusterGate gate, OffsetLog log) throws InterruptedException {
        try {
            if (!shards.ownsAll()) {
                // What others have begun is known, and a take-over has little left to read.
                log.refresh();
                new OwnershipTopic(config, gate.target()).ensure();
            }
            planned = planner.refresh(copies.started(), shards.ownsControl());
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
            trouble(passing(failure, gate, log));
        }
        return false;
    }

    private TopicsPlan followPlan() throws InterruptedException {
        TopicsPlan plan = rivals.without(
                planned, new TopicClaims.Standing(shards.isMember(), shards.ownsControl(), shards.ownsAll()));
        problems = shards.ownsControl() ? plan.problems() : List.of();
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
            shards.laneDied(lane.number());
            lanes.replace(lane);
            copies.reassign(lane.number());
        });
    }

    /** Says what is durable now. */
    private OwnedShards.Saved save(OffsetLog log) throws InterruptedException {
        try {
            // What another instance owns by now is that one's to save.
            Lanes.Collected collected = lanes.collect();
            List<Progress> progress = collected.progress().stream()
                    .filter(each -> copies.serves(each.writer().shard()) && copies.isCurrent(each))
                    .toList();
            if (config.delivery() == Delivery.AT_LEAST_ONCE) {
                owners.recordWriters(progress);
            }
            log.save(progress);
            savingReason = "";
            savingLog.isOver();
            return new OwnedShards.Saved(true, collected.silent());
        } catch (OffsetLogException failure) {
            savingReason = failure.getMessage();
            savingLog.say(failure.getMessage());
            return OwnedShards.Saved.NOTHING;
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
        if (state == FlowState.FAILED) {
            partitions.replaceAll(partition -> partition.failed(
                    reason, (mayRestart ? "" : "that is put right, and ") + "the daemon is started again"));
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
                shards == null ? Set.of() : shards.owned(),
                config.shards(),
                mayRestart);
    }

    private String whatIsWrong() {
        OwnedShards now = shards;
        if (now == null || state == FlowState.FAILED || state == FlowState.STOPPED) {
            return reason;
        }
        return Stream.of(now.trouble(), shardReason, reason, savingReason)
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
                partition.health().state(),
                partition.health().reason(),
                partition.health().resumesWhen(),
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

    /** Consumer groups' positions as they were last looked at, if this instance looks after them. Any thread. */
    public GroupsStatus groups() {
        GroupsStatus status = groupSync.status();
        MirrorMakerRecords records = mirrorMakerRecords;
        String trouble = records == null ? "" : String.join("; ", records.troubles());
        return trouble.isEmpty()
                ? status
                : new GroupsStatus(
                        status.positions(),
                        status.trouble().isEmpty() ? trouble : status.trouble() + "; " + trouble,
                        status.lookedAtMillis());
    }

    /**
     * The threads that did not turn lately.
     *
     * @param stuckNanos how long ago a lane's thread may have turned last
     */
    public List<String> stuckThreads(long stuckNanos) {
        List<String> stuck = new ArrayList<>();
        for (AgentThread each : lanes.threads()) {
            if (each.nanosSinceLastTurn() > stuckNanos) {
                stuck.add(each.name());
            }
        }
        // Before that it reads what was saved and makes topics, which takes the time it takes.
        if (state == FlowState.RUNNING && !stopping) {
            long patienceNanos = CONTROL_STUCK_NANOS + drainTimeout.toNanos();
            if (System.nanoTime() - turnedNanos > patienceNanos) {
                stuck.add(thread.getName());
            }
            if (membershipThread.nanosSinceLastTurn() > patienceNanos) {
                stuck.add(membershipThread.name());
            }
            if (groupSync.nanosSinceLastTurn() > patienceNanos) {
                stuck.add(groupSync.name());
            }
        }
        return stuck;
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
