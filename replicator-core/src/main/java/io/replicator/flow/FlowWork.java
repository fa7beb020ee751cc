package io.replicator.flow;

import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.mirrormaker.TakeOver;
import java.util.List;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The phase in which a flow copies: hears what happened to shards, and turns through the tasks. Control thread.
 *
 * <p>Whoever stood still for longer than the session lasts may have lost everything: it hears others before it saves.
 */
final class FlowWork implements Phase {
    private static final Logger LOG = LoggerFactory.getLogger(FlowWork.class);

    private final FlowSettings settings;
    private final FlowMail mail;
    private final FlowCondition condition;
    private final Lanes lanes;
    private final Copies copies;
    private final ProgressSaves saves;
    private final PartitionStarts starts;
    private final GrantRecords grants;
    private final OwnedShards shards;
    private final Planning planning;
    private final GroupPositions groups;
    private final ControlTasks tasks;
    private long turnedNanos;

    /**
     * Wires the tasks.
     *
     * @param started what the startup left
     */
    FlowWork(ControlMeans means, FlowStartup.Started started, long nowNanos) {
        this(means, started, nowNanos, UnaryOperator.identity());
    }

    /**
     * The same.
     *
     * @param watching puts tasks that watch in the place of those that they watch
     */
    FlowWork(
            ControlMeans means, FlowStartup.Started started, long nowNanos, UnaryOperator<List<ControlTask>> watching) {
        FlowConfig config = means.settings().config();
        ConnectedFlow flow = started.flow();
        FlowLog log = started.log();
        CallQueue clusters = means.calls().clusters();
        this.settings = means.settings();
        this.mail = means.mail();
        this.condition = means.condition();
        this.turnedNanos = nowNanos;
        this.lanes = new Lanes(means.lanes(), settings.lanes(), mail.doorbell()::ring);
        GracefulRemovals removals = new GracefulRemovals(lanes);
        RecreatedTopics recreations = new RecreatedTopics(config, removals);
        ShardOwners owners = new ShardOwners(settings.instance());
        this.copies = new Copies(config, lanes, removals, recreations, condition);
        Beginnings beginnings = new Beginnings(
                config,
                new StartRule(started.saved()),
                recreations,
                new TakeOver(config),
                flow.source(),
                flow.target());
        this.starts = new PartitionStarts(
                copies,
                log,
                clusters,
                beginnings,
                owners,
                condition,
                config.topics().refreshInterval().toNanos());
        this.saves = new ProgressSaves(
                new ProgressSaves.Settings(
                        config.name(),
                        settings.progressInterval(),
                        settings.sessionTimeout(),
                        config.delivery() == Delivery.AT_LEAST_ONCE),
                lanes,
                copies,
                log,
                owners,
                condition,
                nowNanos);
        this.grants = new GrantRecords(lanes, copies.terms(), log, owners, condition);
        ServedShards served = new ServedShards(lanes, copies, log, starts);
        ShardTerms assignments = new ShardTerms(config.shards());
        this.groups = new GroupPositions(assignments, means.calls().positions(), means.groups());
        HandOvers handOvers = new HandOvers(config.name(), settings.drainTimeout(), lanes, served, saves, groups);
        FencedShards fenced =
                new FencedShards(config.name(), means.calls().ownership(), flow.ownership()::confirmed, condition);
        this.shards = new OwnedShards(
                config.name(), config.shards(), assignments, lanes, served, handOvers, fenced, condition);
        SourceLosses sourceLosses = new SourceLosses(config, lanes, copies, removals, flow.source(), clusters);
        OffsetLogWatch logWatch = new OffsetLogWatch(log, condition);
        OpenTransactions transactions = new OpenTransactions(
                config,
                copies::all,
                new TransactionHolders(config, flow.source()),
                clusters,
                OpenTransactions.PATIENCE);
        TargetLosses targetLosses = new TargetLosses(lanes, copies, flow.target(), clusters);
        this.planning = new Planning(
                flow::plan,
                new TopicClaims(config),
                new ClaimRound.Means(assignments, log, clusters, flow.claims()),
                shards,
                copies,
                List.of(beginnings::see, plan -> starts.look(), sourceLosses, logWatch, transactions, targetLosses),
                condition,
                config.topics().refreshInterval(),
                nowNanos);
        this.tasks = new ControlTasks(watching.apply(List.of(
                shards,
                fenced,
                handOvers,
                grants,
                starts,
                saves,
                planning,
                new LaneRevival(
                        config.name(), lanes, means.lanes(), means.calls().lanes(), handOvers, grants, copies),
                sourceLosses,
                targetLosses,
                transactions,
                logWatch,
                groups)));
    }

    @Override
    public int turn(long nowNanos) {
        if (nowNanos - turnedNanos > settings.sessionTimeout().toNanos()) {
            saves.hold(nowNanos);
        }
        turnedNanos = nowNanos;
        int work = hear(nowNanos);
        work += tasks.turn(nowNanos, shards.ownsControl());
        runIfReady();
        return work;
    }

    /** What happened to shards. */
    private int hear(long nowNanos) {
        return shards.hear(mail.ownership(), nowNanos) + mail.shards().deliver(grants::add, shards::fenced);
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return tasks.dueInNanos(nowNanos, shards.ownsControl());
    }

    @Override
    public void look() {
        planning.look();
    }

    private void runIfReady() {
        if (condition.state() != FlowState.STARTING || !planning.hasFollowed()) {
            return;
        }
        FlowConfig config = settings.config();
        if (shards.isReady() && starts.isSettled()) {
            LOG.info(
                    "running flow={} source={} target={} instance={} shards={} of={}",
                    config.name(),
                    config.source().name(),
                    config.target().name(),
                    settings.instance(),
                    condition.ownedShards(),
                    config.shards());
            condition.runs();
        } else {
            condition.waitsFor(
                    "waiting for the group coordinator of " + config.target().name() + " to assign shards");
        }
    }

    @Override
    public Phase next(long nowNanos) {
        return this;
    }

    @Override
    public Phase stopping(long nowNanos) {
        copies.beginNoMore();
        groups.stop();
        return new FlowDrain(settings, lanes, saves, this::hear, groups::isIdle, nowNanos);
    }
}
