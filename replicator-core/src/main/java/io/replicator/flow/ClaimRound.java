package io.replicator.flow;

import io.replicator.offsets.TopicClaim;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicsPlan;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * One round of {@link TopicClaims}: says what is wanted, looks at what others say, and only then decides. Each step is a call.
 * A round of the instance that decides is over when it does not decide any more, or decides in another term: it must not write what it
 * thought before. Control thread.
 *
 * <pre>
 *   read own claims -- look at others -- save what is left and wanted -- look at others -- save what is held and yielded
 * </pre>
 */
final class ClaimRound {
    private final TopicClaims claims;
    private final TopicsPlan plan;
    private final Standing standing;
    private final ShardTerms assignments;
    private final FlowLog log;
    private final CallQueue clusters;
    private final ClaimReader reader;
    private final Answer<Optional<TopicsPlan>> answer;

    /**
     * What a round needs.
     *
     * @param assignments of shards, to see whether this instance still decides
     * @param reader used by calls of {@code clusters} alone
     */
    record Means(ShardTerms assignments, FlowLog log, CallQueue clusters, ClaimReader reader) {}

    /**
     * @param answer is given the plan without what another flow has; nothing when the round was overtaken
     */
    ClaimRound(
            TopicClaims claims, TopicsPlan plan, Standing standing, Means means, Answer<Optional<TopicsPlan>> answer) {
        this.claims = claims;
        this.plan = plan;
        this.standing = standing;
        this.assignments = means.assignments();
        this.log = means.log();
        this.clusters = means.clusters();
        this.reader = means.reader();
        this.answer = answer;
    }

    /** Begins; the answer says how it ended. */
    void begin() {
        if (claims.mustRead(standing)) {
            log.ask(
                    "read claims",
                    (theLog, nowNanos) -> {
                        theLog.refresh();
                        return theLog.claims();
                    },
                    next((own, nowNanos) -> {
                        claims.read(own, standing);
                        look(this::leaveAndWant);
                    }));
        } else {
            look(this::leaveAndWant);
        }
    }

    private void look(BiConsumer<OtherClaims, Long> then) {
        Set<String> topics = plan.topics().stream().map(CopiedTopic::targetName).collect(Collectors.toSet());
        clusters.ask("look at other flows", nowNanos -> reader.read(topics), next(then));
    }

    private void leaveAndWant(OtherClaims others, long nowNanos) {
        if (!standing.decides()) {
            finish(others, nowNanos);
            return;
        }
        Map<String, TopicClaim> wanted = claims.wanted(plan, others);
        Map<String, TopicClaim> said = new HashMap<>(claims.left(plan, standing, nowNanos));
        said.putAll(wanted);
        save(
                said,
                now -> {
                    if (wanted.isEmpty()) {
                        decide(others, now);
                    } else {
                        claims.want(wanted.keySet());
                        look(this::decide);
                    }
                },
                nowNanos);
    }

    private void decide(OtherClaims others, long nowNanos) {
        save(claims.decided(plan, others, standing, nowNanos), now -> finish(others, now), nowNanos);
    }

    private void finish(OtherClaims others, long nowNanos) {
        answer.take(Outcome.of(Optional.of(claims.allowed(plan, others, standing))), nowNanos);
    }

    private void save(Map<String, TopicClaim> some, TimedMail then, long nowNanos) {
        if (some.isEmpty()) {
            then.deliver(nowNanos);
            return;
        }
        log.ask(
                "save claims",
                (theLog, callNanos) -> {
                    boolean isCurrent = assignments.isCurrent(OwnedShards.CONTROL, standing.controlTerm());
                    if (isCurrent) {
                        theLog.saveClaims(some);
                    }
                    return isCurrent;
                },
                next((isSaved, now) -> {
                    if (isSaved) {
                        claims.saved(some);
                        then.deliver(now);
                    } else {
                        overtaken(now);
                    }
                }));
    }

    /** The next step, if nothing failed and the standing is still that of the round. */
    private <T> Answer<T> next(BiConsumer<T, Long> step) {
        return (outcome, nowNanos) -> {
            if (outcome.hasFailed()) {
                answer.take(outcome.asFailure(), nowNanos);
            } else if (assignments.of(OwnedShards.CONTROL) != standing.controlTerm()) {
                overtaken(nowNanos);
            } else {
                step.accept(outcome.orThrow(), nowNanos);
            }
        };
    }

    private void overtaken(long nowNanos) {
        answer.take(Outcome.of(Optional.empty()), nowNanos);
    }
}
