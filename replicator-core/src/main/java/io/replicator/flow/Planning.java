package io.replicator.flow;

import io.replicator.cluster.UnavailableException;
import io.replicator.flow.FlowCondition.Trouble;
import io.replicator.offsets.OffsetLogException;
import io.replicator.topics.TopicsPlan;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the copies in step with the topics of both clusters: looks at them with each interval and when lanes have news, leaves
 * out what other flows have, and lets {@link Copies} follow. Control thread.
 *
 * <p>Nothing begins by a plan that was made before others could see that this instance runs: a flow that looked for this one
 * before could not see it.
 */
final class Planning implements ControlTask {
    /** News from the lanes lead to a look at once, but not more often than this. */
    private static final long MIN_REFRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What passes by itself has passed by then. */
    private static final int MAX_SOON_REFRESHES = 30;

    /** What this instance owns decides whether it may create topics: worth a moment's wait, but no more. */
    private static final long FIRST_PLAN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Topics topics;
    private final TopicClaims claims;
    private final ClaimRound.Means means;
    private final OwnedShards shards;
    private final Copies copies;
    private final List<FollowUp> followUps;
    private final FlowCondition condition;
    private final long intervalNanos;

    private boolean isBusy;
    private boolean hasNews;
    private boolean hasFollowed;
    private boolean hasFollowedAsMember;
    private long lastControlTerm;
    private long refreshAtNanos;
    private long refreshedAtNanos;
    private int soonRefreshes;

    /** The last plan, before claims are considered. */
    private Optional<TopicsPlan> planned = Optional.empty();

    /** Looks at the topics of both clusters, as {@link ConnectedFlow#plan}. */
    interface Topics {
        TopicsPlan plan(Map<String, String> started, Standing standing) throws InterruptedException;
    }

    /** What is done after each plan that was followed. */
    interface FollowUp {
        void followed(TopicsPlan plan);
    }

    /**
     * @param topics used by calls alone
     * @param followUps after the copies, in this order
     */
    Planning(
            Topics topics,
            TopicClaims claims,
            ClaimRound.Means means,
            OwnedShards shards,
            Copies copies,
            List<FollowUp> followUps,
            FlowCondition condition,
            Duration interval,
            long nowNanos) {
        this.topics = topics;
        this.claims = claims;
        this.means = means;
        this.shards = shards;
        this.copies = copies;
        this.followUps = List.copyOf(followUps);
        this.condition = condition;
        this.intervalNanos = interval.toNanos();
        this.refreshAtNanos = nowNanos + FIRST_PLAN_NANOS;
        this.refreshedAtNanos = nowNanos - MIN_REFRESH_NANOS;
    }

    @Override
    public String name() {
        return "topics";
    }

    /** There may be other topics or partitions. */
    void look() {
        hasNews = true;
    }

    /** Whether the copies follow a plan. */
    boolean hasFollowed() {
        return hasFollowed;
    }

    @Override
    public long dueInNanos(long nowNanos) {
        if (isBusy) {
            return Long.MAX_VALUE;
        }
        if (hasNewControl() || mustLookAsMember()) {
            return 0;
        }
        long dueIn = refreshAtNanos - nowNanos;
        return hasNews ? Math.min(dueIn, refreshedAtNanos + MIN_REFRESH_NANOS - nowNanos) : dueIn;
    }

    /** Whether this instance has come to decide for all since the last look. */
    private boolean hasNewControl() {
        long term = shards.standing().controlTerm();
        return term != 0 && term != lastControlTerm;
    }

    private boolean mustLookAsMember() {
        return planned.isPresent() && !hasFollowedAsMember && shards.standing().isMember();
    }

    @Override
    public int turn(long nowNanos) {
        isBusy = true;
        Standing standing = shards.standing();
        if (!hasNewControl() && mustLookAsMember() && refreshAtNanos - nowNanos > 0) {
            claim(planned.orElseThrow(), standing);
        } else {
            refresh(standing);
        }
        return 1;
    }

    private void refresh(Standing standing) {
        hasNews = false;
        lastControlTerm = standing.controlTerm();
        Map<String, String> started = new HashMap<>(copies.started());
        means.log()
                .ask(
                        "read which topics were begun",
                        (log, nowNanos) -> {
                            if (!standing.isAlone()) {
                                // What others have begun is known, and a take-over has little left to read.
                                log.refresh();
                            }
                            return log.topics();
                        },
                        (outcome, nowNanos) -> {
                            if (!hasFailed(outcome, nowNanos)) {
                                started.putAll(outcome.orThrow());
                                plan(started, standing);
                            }
                        });
    }

    private void plan(Map<String, String> started, Standing standing) {
        means.clusters().ask("plan topics", nowNanos -> topics.plan(started, standing), (outcome, nowNanos) -> {
            if (!hasFailed(outcome, nowNanos)) {
                planned = Optional.of(outcome.orThrow());
                claim(outcome.orThrow(), shards.standing());
            }
        });
    }

    private void claim(TopicsPlan plan, Standing standing) {
        new ClaimRound(claims, plan, standing, means, (outcome, nowNanos) -> {
                    if (!hasFailed(outcome, nowNanos)) {
                        outcome.orThrow()
                                .ifPresentOrElse(allowed -> follow(allowed, standing, nowNanos), () -> again(nowNanos));
                    }
                })
                .begin();
    }

    private void follow(TopicsPlan plan, Standing standing, long nowNanos) {
        condition.publishProblems(standing.decides() ? plan.problems() : List.of());
        copies.leave(claims.refused());
        copies.follow(plan);
        hasFollowed = true;
        if (standing.isMember()) {
            hasFollowedAsMember = true;
            shards.mayServe();
        }
        followUps.forEach(each -> each.followed(plan));
        condition.isWell(Trouble.CLUSTERS);
        over(!plan.isPassing(), nowNanos);
    }

    /** Another instance decides now, or this one does. */
    private void again(long nowNanos) {
        over(true, nowNanos);
        refreshAtNanos = nowNanos;
    }

    private void over(boolean isComplete, long nowNanos) {
        isBusy = false;
        refreshedAtNanos = nowNanos;
        soonRefreshes = isComplete ? 0 : soonRefreshes + 1;
        boolean isSoon = !isComplete && soonRefreshes < MAX_SOON_REFRESHES;
        refreshAtNanos = nowNanos + (isSoon ? SOON_NANOS : intervalNanos);
    }

    private boolean hasFailed(Outcome<?> outcome, long nowNanos) {
        try {
            outcome.orThrow();
            return false;
        } catch (UnavailableException | OffsetLogException failure) {
            condition.trouble(Trouble.CLUSTERS, failure.getMessage(), nowNanos);
            over(false, nowNanos);
            return true;
        }
    }
}
