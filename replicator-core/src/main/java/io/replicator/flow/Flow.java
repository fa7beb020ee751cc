package io.replicator.flow;

import io.replicator.agent.AgentThread;
import io.replicator.config.FlowConfig;
import io.replicator.config.ReplicatorConfig;
import io.replicator.delivery.Grant;
import io.replicator.measure.LatencyHistograms;
import io.replicator.measure.LatencyRecorder;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.SavedState;
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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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

    private final FlowConfig config;
    private final List<FlowConfig> allFlows;
    private final String instance;
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

    private volatile boolean stopping;
    private volatile boolean news;

    // Written by the control thread.
    private volatile FlowState state = FlowState.STARTING;
    private volatile String reason = "connecting to both clusters";
    private volatile Copies copies;
    private volatile List<TopicProblem> problems = List.of();
    private GroupOwners owners;
    private final Map<Integer, Grant> ungranted = new TreeMap<>();
    private volatile String savingReason = "";
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
        this.instance = process.instance();
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
            lanes.close();
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
            SavedState saved = readSaved(gate, log);
            if (saved == null) {
                return;
            }
            TopicPlanner planner = new TopicPlanner(config, allFlows, gate);
            copies = new Copies(
                    config,
                    lanes,
                    new StartPositions(gate.source()),
                    new InitialProgress(config, new StartPositions(gate.target()), log),
                    saved);
            owners = new GroupOwners(instance, saved.groups());
            lanes.open();
            follow(planner, log);
            drainAndSave(log);
        }
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

    private SavedState readSaved(ClusterGate gate, OffsetLog log) throws InterruptedException {
        for (long waitMillis = FIRST_RETRY_MILLIS;
                !stopping;
                waitMillis = Math.min(MOST_RETRY_MILLIS, 2 * waitMillis)) {
            try {
                log.ensureTopic(gate.target().admin());
                SavedState saved = log.load();
                LOG.info(
                        "saved progress read flow={} topic={} partitions={}",
                        config.name(),
                        config.offsetsTopic(),
                        saved.partitions().size());
                return saved;
            } catch (OffsetLogException failure) {
                if (!failure.isTransient() && !failure.isDenied()) {
                    throw new RefusedException(failure.getMessage());
                }
                trouble(failure.getMessage());
                pause(waitMillis);
            }
        }
        return null;
    }

    private void follow(TopicPlanner planner, OffsetLog log) throws InterruptedException {
        long now = System.nanoTime();
        long refreshAt = now;
        long saveAt = now + progressInterval.toNanos();
        long refreshedAt = now - LEAST_REFRESH_NANOS;
        while (!stopping) {
            now = System.nanoTime();
            if (now - refreshAt >= 0 || (news && now - refreshedAt >= LEAST_REFRESH_NANOS)) {
                news = false;
                boolean isComplete = refresh(planner);
                refreshedAt = System.nanoTime();
                refreshAt = refreshedAt
                        + (isComplete ? config.topics().refreshInterval().toNanos() : SOON_NANOS);
            }
            reviveLanes();
            long answerAt = answerGrants(log);
            if (System.nanoTime() - saveAt >= 0) {
                save(log);
                saveAt = System.nanoTime() + progressInterval.toNanos();
            }
            long nextAt = Math.min(Math.min(refreshAt, saveAt), answerAt);
            if (news) {
                nextAt = Math.min(nextAt, refreshedAt + LEAST_REFRESH_NANOS);
            }
            pause(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nextAt - System.nanoTime())));
        }
    }

    /** False when it is to be tried again soon: a cluster did not answer, or does not show yet what was created. */
    private boolean refresh(TopicPlanner planner) throws InterruptedException {
        try {
            TopicsPlan plan = planner.refresh(copies.started());
            problems = plan.problems();
            copies.follow(plan);
            copies.resolveOutOfRange();
            if (state != FlowState.RUNNING) {
                LOG.info(
                        "running flow={} source={} target={}",
                        config.name(),
                        config.source().name(),
                        config.target().name());
            }
            reason = "";
            troubleLog.isOver();
            state = FlowState.RUNNING;
            return !plan.isPassing();
        } catch (UnavailableException | OffsetLogException unavailable) {
            trouble(unavailable.getMessage());
            return false;
        }
    }

    private void reviveLanes() {
        lanes.dead().ifPresent(lane -> {
            LOG.error(
                    "a lane failed and is opened anew flow={} lane={}",
                    config.name(),
                    lane.number(),
                    lane.death().orElseThrow());
            lanes.replace(lane);
            copies.reassign(lane.number());
        });
    }

    /**
     * Puts grants on record and lets their groups write.
     *
     * @return when to try again what could not be put on record
     */
    private long answerGrants(OffsetLog log) throws InterruptedException {
        for (Grant grant = groupMail.nextGrant(); grant != null; grant = groupMail.nextGrant()) {
            ungranted.put(grant.partitionGroup(), grant);
        }
        try {
            for (Grant grant : List.copyOf(ungranted.values())) {
                Set<Long> producerIds = owners.register(grant, log);
                lanes.ofGroup(grant.partitionGroup()).registered(grant, producerIds);
                ungranted.remove(grant.partitionGroup());
            }
        } catch (OffsetLogException failure) {
            savingReason = failure.getMessage();
            savingLog.say(failure.getMessage());
        }
        for (Integer fenced = groupMail.nextFenced(); fenced != null; fenced = groupMail.nextFenced()) {
            LOG.warn("another process took over a partition group flow={} partitionGroup={}", config.name(), fenced);
        }
        return System.nanoTime() + SOON_NANOS;
    }

    private void save(OffsetLog log) throws InterruptedException {
        try {
            log.save(lanes.collect());
            savingReason = "";
            savingLog.isOver();
        } catch (OffsetLogException failure) {
            savingReason = failure.getMessage();
            savingLog.say(failure.getMessage());
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
                reason.isEmpty() ? savingReason : reason,
                recordsPerSecond,
                bytesPerSecond,
                partitions,
                lanes.status(),
                latencies);
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
                partition.gapRecords());
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
