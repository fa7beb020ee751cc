package io.replicator.topics;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a flow's topics in step: each refresh reads both clusters, creates and grows on the target what is missing, and
 * returns what can be copied now. {@link TopicRules} decides, {@link TargetChanges} acts. A failure of one topic does not affect
 * the others; the next refresh tries again. One thread at a time.
 */
public final class TopicPlanner {
    private final TopicRules rules;
    private final FlowConfig flow;
    private final Cluster source;
    private final Cluster target;
    private final TargetChanges changes;
    private final CopySettingsReader settings;
    private final PlanLog log;

    /**
     * Plans one flow.
     *
     * @param flow the one whose topics are planned
     * @param flows all of the process, the planned one among them: together they must not form a loop
     * @param source the caller closes it
     * @param target the caller closes it
     */
    public TopicPlanner(FlowConfig flow, List<FlowConfig> flows, Cluster source, Cluster target) {
        this(flow, flows, source, target, TimeUnit.MILLISECONDS::sleep);
    }

    /** As {@link #TopicPlanner(FlowConfig, List, Cluster, Cluster)}, with another way to wait. */
    public TopicPlanner(FlowConfig flow, List<FlowConfig> flows, Cluster source, Cluster target, Pause pause) {
        this.rules = new TopicRules(flow, flows);
        this.flow = flow;
        this.source = source;
        this.target = target;
        this.changes = new TargetChanges(flow, source, target, pause);
        this.settings = new CopySettingsReader(source, target);
        this.log = new PlanLog(flow);
    }

    /** Waits for brokers to show what was created. */
    @FunctionalInterface
    public interface Pause {
        void sleep(long millis) throws InterruptedException;
    }

    /** As {@link #refresh(Map, boolean)}, for an instance that may change the target. */
    public TopicsPlan refresh(Map<String, String> started) throws InterruptedException {
        return refresh(started, true);
    }

    /**
     * Reads both clusters and changes the target where something is missing.
     *
     * @param started source topics of which something was copied already, and where on the target: if such a copy is missing
     *     there, it was deleted, and is not silently started again; nor does copying continue under another name
     * @param mayChange false on all instances but one: they wait for what that one creates and grows, and leave it to that
     *     one to log what is wrong
     * @throws UnavailableException when a cluster as a whole does not answer; nothing is known then
     */
    public TopicsPlan refresh(Map<String, String> started, boolean mayChange) throws InterruptedException {
        Set<String> names = source.topicNames();
        Set<String> wanted = rules.wanted(names, started);
        TopicRules.Selected selected = rules.select(wanted, source.describeTopics(wanted, false), started);
        Answers<String, TopicDescription> answers =
                target.describeTopics(selected.pairs().values(), false);
        Draft draft = new Draft(selected, answers);
        TopicRules.Missing missing = rules.missing(selected, draft.targets, draft.problems.keySet(), started);
        draft.problems.putAll(missing.problems());
        if (mayChange) {
            draft.create(missing.topics());
            draft.grow(rules.growing(selected, draft.targets));
        } else {
            draft.awaitOthers(missing.topics());
        }
        List<CopiedTopic> topics = draft.copied();
        // Nobody waits for heartbeats: that they are not copied is logged, and is no state of the flow.
        List<TopicProblem> problems = draft.problems.values().stream()
                .filter(problem -> !rules.isHeartbeats(problem.topic()))
                .toList();
        List<String> unmatched = rules.unmatched(selected.sources().keySet());
        if (mayChange) {
            log.problems(draft.problems);
            log.settings(draft.warnings);
            Map<String, String> sentences = new HashMap<>();
            unmatched.forEach(entry -> sentences.put(entry, rules.unmatchedWords(entry, names)));
            log.unmatched(sentences);
        }
        return new TopicsPlan(topics, problems, unmatched, draft.isPassing);
    }

    /** A plan in the making. */
    private final class Draft {
        private final TopicRules.Selected selected;
        private final Map<String, TopicProblem> problems;

        /** The topics that the target has, by their names there. */
        private final Map<String, TopicDescription> targets;

        /** Target partitions, where there are more than {@code targets} says. */
        private final Map<String, Integer> grown = new HashMap<>();

        /** What target topics' settings do to their copies, by their names there. */
        private final Map<String, String> warnings = new HashMap<>();

        private boolean isPassing;

        Draft(TopicRules.Selected selected, Answers<String, TopicDescription> targets) {
            this.selected = selected;
            this.problems = new TreeMap<>(selected.problems());
            this.problems.putAll(rules.hidden(selected, targets));
            this.targets = new HashMap<>(targets.found());
        }

        void create(Set<String> missing) throws InterruptedException {
            TargetChanges.Created created = changes.create(missing, selected);
            targets.putAll(created.visible());
            problems.putAll(created.problems());
            isPassing |= created.isPassing();
        }

        void grow(Map<String, Integer> growing) throws InterruptedException {
            TargetChanges.Grown outcome = changes.grow(growing, selected, targets);
            grown.putAll(outcome.partitions());
            problems.putAll(outcome.problems());
        }

        /** Another instance creates and grows topics; partitions are copied as they appear. */
        void awaitOthers(Set<String> missing) {
            missing.forEach(topic -> problems.put(topic, awaited(topic)));
            isPassing |= !missing.isEmpty() || !rules.growing(selected, targets).isEmpty();
        }

        private TopicProblem awaited(String topic) {
            return new TopicProblem(
                    topic,
                    "topic " + selected.pairs().get(topic) + " is not on "
                            + flow.target().name() + " yet: the instance that owns shard 0 creates it",
                    "it was created");
        }

        List<CopiedTopic> copied() throws InterruptedException {
            Map<String, String> existing = new TreeMap<>(selected.pairs());
            existing.values().retainAll(targets.keySet());
            Map<String, CopySettings> known = settings.read(existing);
            List<CopiedTopic> copied = new ArrayList<>();
            existing.forEach((topic, name) -> {
                CopySettings found = known.getOrDefault(topic, CopySettings.UNKNOWN);
                copied.add(copied(topic, name, found.limits()));
                if (!found.warning().isEmpty()) {
                    warnings.put(name, found.warning());
                }
            });
            return copied;
        }

        private CopiedTopic copied(String topic, String name, TargetLimits known) {
            int existing = targets.get(name).partitions().size();
            return new CopiedTopic(
                    topic,
                    selected.sources().get(topic).id(),
                    targets.get(name).id(),
                    name,
                    Math.min(selected.partitions(topic), grown.getOrDefault(name, existing)),
                    known.maxMessageBytes(),
                    known.isLogAppendTime(),
                    known.isCompacted());
        }
    }
}
