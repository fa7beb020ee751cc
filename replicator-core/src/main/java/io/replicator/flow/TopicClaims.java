package io.replicator.flow;

import io.replicator.config.FlowConfig;
import io.replicator.flow.OtherClaims.Aliveness;
import io.replicator.offsets.TopicClaim;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicProblem;
import io.replicator.topics.TopicsPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two flows from writing one topic, also where they run in different daemons. The instance that owns shard 0
 * puts on record which topics the flow writes ({@link TopicClaim}); all instances copy what the record says, and none that a
 * running flow has by {@link ClaimRule}. Whether a flow runs, the members of its consumer group show; of one that does not
 * there is a warning. What is known and decided; {@link ClaimRound} asks and saves. Control thread.
 */
final class TopicClaims {
    private static final Logger LOG = LoggerFactory.getLogger(TopicClaims.class);

    /** What an instance that left a topic had sent has arrived by then. */
    private static final long ON_THE_WAY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long NEVER = 0;

    private final FlowConfig flow;

    /** Source topics that are copied, since this instance was seen by others. */
    private final Set<String> copied = new HashSet<>();

    /** Source topics of the last plan that are not to be copied. */
    private final Set<String> refused = new HashSet<>();

    /** What was logged of topics that do not begin. */
    private final Set<TopicProblem> logged = new HashSet<>();

    /** Topics and flows that were warned of. */
    private final Set<List<String>> loggedStopped = new HashSet<>();

    /** What this flow says, by topic of the target; the log's, with what was written since. */
    private final Map<String, TopicClaim> own = new HashMap<>();

    /** By topic of the target, since when it is being left. */
    private final Map<String, Long> leavingSinceNanos = new HashMap<>();

    /** The term of shard 0 in which the own claims were read. */
    private long readInTerm = NEVER;

    TopicClaims(FlowConfig flow) {
        this.flow = flow;
    }

    /** Source topics of the last plan that are not to be copied, or not any more. */
    Set<String> refused() {
        return Set.copyOf(refused);
    }

    /**
     * Whether somebody else may have changed what this flow says since it was read. One that decided before, and has not heard
     * yet that it does not any more, may have written over what this instance wrote.
     */
    boolean mustRead(Standing standing) {
        return !standing.decides() || !standing.isAlone() || standing.controlTerm() != readInTerm;
    }

    /** Takes what the log says. */
    void read(Map<String, TopicClaim> claims, Standing standing) {
        own.clear();
        own.putAll(claims);
        if (standing.controlTerm() != readInTerm) {
            leavingSinceNanos.clear();
        }
        readInTerm = standing.controlTerm();
    }

    /** Claims are on record. */
    void saved(Map<String, TopicClaim> claims) {
        own.putAll(claims);
    }

    /** Topics are wanted, and not left any more. */
    void want(Collection<String> targetTopics) {
        targetTopics.forEach(leavingSinceNanos::remove);
    }

    /** Claims that say that topics are not written any more that the flow leaves out, or copies to another name. */
    Map<String, TopicClaim> left(TopicsPlan plan, Standing standing, long nowNanos) {
        Set<String> targets =
                plan.topics().stream().map(CopiedTopic::targetName).collect(Collectors.toSet());
        Set<String> sources = plan.topics().stream().map(CopiedTopic::name).collect(Collectors.toSet());
        Set<String> troubled = plan.problems().stream().map(TopicProblem::topic).collect(Collectors.toSet());
        Set<String> names = new HashSet<>();
        own.forEach((name, claim) -> {
            boolean isOnlyTroubled = troubled.contains(claim.sourceTopic()) && !sources.contains(claim.sourceTopic());
            if (!targets.contains(name) && !isOnlyTroubled) {
                names.add(name);
            }
        });
        return left(names, standing, nowNanos);
    }

    /** The claims that say that topics are left, as far as that is to be said now. */
    private Map<String, TopicClaim> left(Set<String> names, Standing standing, long nowNanos) {
        Map<String, TopicClaim> claims = new HashMap<>();
        for (String name : names) {
            TopicClaim claim = own.get(name);
            TopicClaim.State next = left(name, claim, standing, nowNanos);
            if (next != claim.state()) {
                claims.put(name, claim.with(next));
            }
        }
        return claims;
    }

    /** Other instances stop when they have read that it is being left; others may have it when they surely have. */
    private TopicClaim.State left(String name, TopicClaim claim, Standing standing, long nowNanos) {
        if (claim.state() == TopicClaim.State.LEFT) {
            return TopicClaim.State.LEFT;
        }
        boolean isCopiedHere = copied.contains(claim.sourceTopic());
        Long since = leavingSinceNanos.putIfAbsent(name, nowNanos);
        long patienceNanos = 2 * flow.topics().refreshInterval().toNanos() + ON_THE_WAY_NANOS;
        boolean isOver = since != null && nowNanos - since > patienceNanos;
        if (isOver || (since == null && standing.isAlone() && !isCopiedHere)) {
            leavingSinceNanos.remove(name);
            return TopicClaim.State.LEFT;
        }
        return TopicClaim.State.LEAVING;
    }

    /** Claims that say which topics are wanted that nobody has. */
    Map<String, TopicClaim> wanted(TopicsPlan plan, OtherClaims others) {
        Map<String, TopicClaim> wanted = new HashMap<>();
        for (CopiedTopic topic : plan.topics()) {
            if (verdict(topic, others).step() == ClaimRule.Step.BEGIN) {
                wanted.put(
                        topic.targetName(),
                        new TopicClaim(TopicClaim.State.WANTED, nextTurn(topic, others), topic.name()));
            }
        }
        return wanted;
    }

    /** Claims that say which topics are held from now on, and which are yielded. */
    Map<String, TopicClaim> decided(TopicsPlan plan, OtherClaims others, Standing standing, long nowNanos) {
        Map<String, TopicClaim> decided = new HashMap<>();
        Set<String> yielded = new HashSet<>();
        for (CopiedTopic topic : plan.topics()) {
            String name = topic.targetName();
            ClaimRule.Step step = verdict(topic, others).step();
            TopicClaim claim = own.get(name);
            if (step == ClaimRule.Step.FINISH) {
                // A flow that is not running may have come later.
                long turn = Math.max(claim.turn(), nextTurn(topic, others));
                decided.put(name, new TopicClaim(TopicClaim.State.HELD, turn, topic.name()));
            } else if (step == ClaimRule.Step.YIELD || (claim != null && claim.state() == TopicClaim.State.LEAVING)) {
                yielded.add(name);
            }
        }
        decided.putAll(left(yielded, standing, nowNanos));
        return decided;
    }

    private long nextTurn(CopiedTopic topic, OtherClaims others) {
        TopicClaim claim = own.get(topic.targetName());
        long ownTurn = claim == null || claim.state() == TopicClaim.State.WANTED ? 0 : claim.turn();
        return Math.max(others.maxTurn(topic.targetName()), ownTurn) + 1;
    }

    private ClaimRule.Verdict verdict(CopiedTopic topic, OtherClaims others) {
        Optional<TopicClaim> claim = Optional.ofNullable(own.get(topic.targetName()));
        return ClaimRule.of(flow.name(), claim, copied.contains(topic.name()), others.running(topic.targetName()));
    }

    /** The plan without the topics that another running flow writes; those are problems of it. */
    TopicsPlan allowed(TopicsPlan plan, OtherClaims others, Standing standing) {
        List<CopiedTopic> topics = new ArrayList<>();
        List<TopicProblem> problems = new ArrayList<>(plan.problems());
        boolean isPassing = plan.isPassing();
        refused.clear();
        for (CopiedTopic topic : plan.topics()) {
            ClaimRule.Verdict verdict = verdict(topic, others);
            if (verdict.step() == ClaimRule.Step.COPY) {
                topics.add(topic);
                warnOfStopped(topic, others);
            } else {
                refused.add(topic.name());
                problems.add(problem(topic, verdict));
                isPassing |= verdict.claim()
                        .map(claim -> claim.state() == TopicClaim.State.WANTED)
                        .orElse(true);
            }
        }
        copied.clear();
        if (standing.isMember()) {
            topics.forEach(topic -> copied.add(topic.name()));
        }
        return new TopicsPlan(topics, problems, plan.unmatchedSelects(), isPassing);
    }

    private void warnOfStopped(CopiedTopic topic, OtherClaims others) {
        for (String name : others.on(topic.targetName()).keySet()) {
            if (!copied.contains(topic.name())
                    && others.of(name) != Aliveness.ALIVE
                    && loggedStopped.add(List.of(topic.name(), name))) {
                LOG.warn(
                        "another flow has copied to the same topic; {} flow={} other={} topic={}",
                        others.of(name) == Aliveness.STOPPED
                                ? "it is not running now: see that it stays so, or that it leaves the topic out"
                                : "grant DESCRIBE on group " + ClaimReader.group(name)
                                        + " to see whether it is running",
                        flow.name(),
                        name,
                        topic.targetName());
            }
        }
    }

    private TopicProblem problem(CopiedTopic topic, ClaimRule.Verdict verdict) {
        if (verdict.rival().isEmpty()) {
            return new TopicProblem(
                    topic.name(),
                    "the instance that owns shard 0 has not put on record yet that the flow writes topic "
                            + topic.targetName() + " on " + flow.target().name(),
                    "that instance has looked whether another flow writes it; it must select the topic, too");
        }
        TopicProblem problem = new TopicProblem(
                topic.name(),
                "flow " + verdict.rival() + ", which is running, "
                        + words(verdict.claim().orElseThrow().state()) + " topic " + topic.targetName() + " on "
                        + flow.target().name() + " too: two flows in one topic would mix their records",
                "flow " + verdict.rival() + " is stopped, or one of the two flows leaves the topic out or renames it");
        if (logged.add(problem)) {
            LOG.error(
                    "topic is not copied: {}; resumes when {} flow={} topic={}",
                    problem.reason(),
                    problem.resumesWhen(),
                    flow.name(),
                    topic.name());
        }
        return problem;
    }

    private static String words(TopicClaim.State state) {
        return switch (state) {
            case WANTED -> "is about to write";
            case LEAVING -> "is leaving, and may still write,";
            case UNSAID, HELD, LEFT -> "writes";
        };
    }
}
