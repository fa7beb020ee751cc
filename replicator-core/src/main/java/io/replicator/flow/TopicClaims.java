package io.replicator.flow;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OtherFlows;
import io.replicator.offsets.TopicClaim;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicProblem;
import io.replicator.topics.TopicsPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two flows from writing one topic, also where they run in different daemons. The instance that owns shard 0
 * puts on record which topics the flow writes ({@link TopicClaim}); all instances copy what the record says, and none that a
 * running flow has by {@link ClaimRule}. Whether a flow runs, the members of its consumer group show; of one that does not
 * there is a warning. Control thread.
 */
final class TopicClaims implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicClaims.class);

    /** What an instance that left a topic had sent has arrived by then. */
    private static final long ON_THE_WAY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final FlowConfig flow;
    private final ClusterAdmin target;
    private final OtherFlows others;
    private final OffsetLog log;

    /** Source topics that are copied, since this instance was seen by others. */
    private final Set<String> copied = new HashSet<>();

    /** Source topics of the last plan that are not to be copied. */
    private final Set<String> refused = new HashSet<>();

    /** What was said of topics that are not begun. */
    private final Set<TopicProblem> told = new HashSet<>();

    /** Topics and flows that were warned of. */
    private final Set<List<String>> toldStopped = new HashSet<>();

    /** What this flow says, by topic of the target; the log's, with what was written since. */
    private Map<String, TopicClaim> own = new HashMap<>();

    /** By topic of the target, since when it is being left. */
    private final Map<String, Long> leavingSinceNanos = new HashMap<>();

    private final Map<String, Aliveness> aliveness = new HashMap<>();
    private boolean wasDeciding;

    TopicClaims(FlowConfig flow, ClusterAdmin target, OtherFlows others, OffsetLog log) {
        this.flow = flow;
        this.target = target;
        this.others = others;
        this.log = log;
    }

    /**
     * What an instance is to its flow.
     *
     * @param isMember whether others can see that it runs
     * @param decides whether it owns shard 0
     * @param isAlone whether it owns all shards
     */
    record Standing(boolean isMember, boolean decides, boolean isAlone) {}

    /** Whether somebody runs a flow. */
    private enum Aliveness {
        ALIVE,
        STOPPED,
        UNKNOWN
    }

    /** The plan without the topics that another running flow writes; those are problems of it. */
    TopicsPlan without(TopicsPlan plan, Standing standing) throws InterruptedException {
        readOwn(standing);
        readOthers();
        if (standing.decides()) {
            leaveAllBut(plan, standing);
            begin(plan, standing);
        }
        return allowed(plan, standing);
    }

    /** Source topics of the last plan that are not to be copied, or not any more. */
    Set<String> refused() {
        return Set.copyOf(refused);
    }

    private void readOwn(Standing standing) throws InterruptedException {
        if (!standing.decides() || !wasDeciding) {
            log.refresh();
            own = new HashMap<>(log.claims());
            leavingSinceNanos.clear();
        }
        wasDeciding = standing.decides();
    }

    private void readOthers() throws InterruptedException {
        aliveness.clear();
        others.read(target.await(target.admin().listTopics().names(), "DESCRIBE", "the topics"));
    }

    private void save(Map<String, TopicClaim> claims) throws InterruptedException {
        log.saveClaims(claims);
        own.putAll(claims);
    }

    /** Says that topics are not written any more that the flow leaves out, or copies to another name. */
    private void leaveAllBut(TopicsPlan plan, Standing standing) throws InterruptedException {
        Set<String> targets =
                plan.topics().stream().map(CopiedTopic::targetName).collect(Collectors.toSet());
        Set<String> sources = plan.topics().stream().map(CopiedTopic::name).collect(Collectors.toSet());
        Set<String> troubled = plan.problems().stream().map(TopicProblem::topic).collect(Collectors.toSet());
        Set<String> left = new HashSet<>();
        own.forEach((name, claim) -> {
            boolean isOnlyTroubled = troubled.contains(claim.sourceTopic()) && !sources.contains(claim.sourceTopic());
            if (!targets.contains(name) && !isOnlyTroubled) {
                left.add(name);
            }
        });
        save(left(left, standing));
    }

    /** The claims that say that topics are left, as far as that is to be said now. */
    private Map<String, TopicClaim> left(Set<String> names, Standing standing) {
        Map<String, TopicClaim> claims = new HashMap<>();
        for (String name : names) {
            TopicClaim claim = own.get(name);
            TopicClaim.State next = left(name, claim, standing);
            if (next != claim.state()) {
                claims.put(name, claim.with(next));
            }
        }
        return claims;
    }

    /** Other instances stop when they have read that it is being left; others may have it when they surely have. */
    private TopicClaim.State left(String name, TopicClaim claim, Standing standing) {
        if (claim.state() == TopicClaim.State.LEFT) {
            return TopicClaim.State.LEFT;
        }
        long nowNanos = System.nanoTime();
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

    private void begin(TopicsPlan plan, Standing standing) throws InterruptedException {
        Map<String, TopicClaim> wanted = new HashMap<>();
        for (CopiedTopic topic : plan.topics()) {
            if (verdict(topic).step() == ClaimRule.Step.BEGIN) {
                wanted.put(topic.targetName(), wanted(topic));
            }
        }
        if (!wanted.isEmpty()) {
            save(wanted);
            wanted.keySet().forEach(leavingSinceNanos::remove);
            readOthers();
        }
        Map<String, TopicClaim> decided = new HashMap<>();
        Set<String> yielded = new HashSet<>();
        for (CopiedTopic topic : plan.topics()) {
            String name = topic.targetName();
            ClaimRule.Step step = verdict(topic).step();
            TopicClaim claim = own.get(name);
            if (step == ClaimRule.Step.FINISH) {
                // A flow that is not running may have come later.
                decided.put(
                        name,
                        new TopicClaim(TopicClaim.State.HELD, Math.max(claim.turn(), nextTurn(topic)), topic.name()));
            } else if (step == ClaimRule.Step.YIELD || (claim != null && claim.state() == TopicClaim.State.LEAVING)) {
                yielded.add(name);
            }
        }
        decided.putAll(left(yielded, standing));
        save(decided);
    }

    private TopicClaim wanted(CopiedTopic topic) {
        return new TopicClaim(TopicClaim.State.WANTED, nextTurn(topic), topic.name());
    }

    private long nextTurn(CopiedTopic topic) {
        long others = this.others.claimsOn(topic.targetName()).values().stream()
                .mapToLong(TopicClaim::turn)
                .max()
                .orElse(0);
        TopicClaim claim = own.get(topic.targetName());
        return Math.max(others, claim == null || claim.state() == TopicClaim.State.WANTED ? 0 : claim.turn()) + 1;
    }

    private ClaimRule.Verdict verdict(CopiedTopic topic) throws InterruptedException {
        Map<String, TopicClaim> running = new TreeMap<>();
        for (Map.Entry<String, TopicClaim> other :
                others.claimsOn(topic.targetName()).entrySet()) {
            if (other.getValue().state() != TopicClaim.State.LEFT && aliveness(other.getKey()) == Aliveness.ALIVE) {
                running.put(other.getKey(), other.getValue());
            }
        }
        Optional<TopicClaim> claim = Optional.ofNullable(own.get(topic.targetName()));
        return ClaimRule.of(flow.name(), claim, copied.contains(topic.name()), running);
    }

    private TopicsPlan allowed(TopicsPlan plan, Standing standing) throws InterruptedException {
        List<CopiedTopic> topics = new ArrayList<>();
        List<TopicProblem> problems = new ArrayList<>(plan.problems());
        boolean isPassing = plan.isPassing();
        refused.clear();
        for (CopiedTopic topic : plan.topics()) {
            ClaimRule.Verdict verdict = verdict(topic);
            if (verdict.step() == ClaimRule.Step.COPY) {
                topics.add(topic);
                warnOfStopped(topic);
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

    private void warnOfStopped(CopiedTopic topic) throws InterruptedException {
        for (Map.Entry<String, TopicClaim> other :
                others.claimsOn(topic.targetName()).entrySet()) {
            String name = other.getKey();
            if (other.getValue().state() != TopicClaim.State.LEFT
                    && !copied.contains(topic.name())
                    && aliveness(name) != Aliveness.ALIVE
                    && toldStopped.add(List.of(topic.name(), name))) {
                LOG.warn(
                        "another flow has copied to the same topic; {} flow={} other={} topic={}",
                        aliveness(name) == Aliveness.STOPPED
                                ? "it is not running now: see that it stays so, or that it leaves the topic out"
                                : "grant DESCRIBE on group " + group(name) + " to see whether it is running",
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
        if (told.add(problem)) {
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

    private static String group(String other) {
        return "replicator-" + other;
    }

    private Aliveness aliveness(String other) throws InterruptedException {
        Aliveness known = aliveness.get(other);
        if (known == null) {
            known = ask(other);
            aliveness.put(other, known);
        }
        return known;
    }

    private Aliveness ask(String other) throws InterruptedException {
        try {
            return target.members(group(other)) == 0 ? Aliveness.STOPPED : Aliveness.ALIVE;
        } catch (UnavailableException failure) {
            return Aliveness.UNKNOWN;
        }
    }

    @Override
    public void close() {
        others.close();
    }
}
