package io.replicator.topics;

import io.replicator.NearestName;
import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.ClusterGate;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.TopicDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a flow's topics in step: each refresh looks at both clusters, creates and grows on the target what is missing,
 * and says what can be copied now. What fails for one topic leaves the others alone and is tried again at the next
 * refresh. Called by one thread, the flow's control thread.
 */
public final class TopicPlanner {
    private static final Logger LOG = LoggerFactory.getLogger(TopicPlanner.class);

    /** The log names so many; the plan has them all. */
    private static final int PROBLEMS_PER_REFRESH = 20;

    /** They are many where a broker's default is the cause, and then all alike. */
    private static final int SETTINGS_PER_REFRESH = 5;

    private final FlowConfig flow;
    private final TopicSelection selection;
    private final TopicPairing pairing;
    private final ClusterAdmin targetAdmin;
    private final ClusterTopics source;
    private final ClusterTopics target;
    private final TopicCreation creation;
    private final CopySettingsReader settings;
    private final Told toldProblems = new Told();
    private final Told toldSettings = new Told();
    private Set<String> toldUnmatched = Set.of();

    /**
     * Plans one flow.
     *
     * @param flow the one whose topics are planned
     * @param flows all of the process, the planned one among them: together they must not form a loop
     * @param gate both clusters; the caller closes it
     */
    public TopicPlanner(FlowConfig flow, List<FlowConfig> flows, ClusterGate gate) {
        this.flow = flow;
        this.selection = new TopicSelection(flow);
        this.pairing = new TopicPairing(flow, flows);
        this.targetAdmin = gate.target();
        this.source = new ClusterTopics(gate.source());
        this.target = new ClusterTopics(gate.target());
        this.creation = new TopicCreation(gate.target(), false);
        this.settings = new CopySettingsReader(source, target);
    }

    /** As {@link #refresh(Map, boolean)}, for an instance that may change the target. */
    public TopicsPlan refresh(Map<String, String> started) throws InterruptedException {
        return refresh(started, true);
    }

    /**
     * Looks at both clusters and changes the target where something is missing.
     *
     * @param started source topics of which something was copied already, and where on the target: such a copy that is
     *     missing there was deleted, and is not silently begun again; nor does one go on under another name
     * @param mayChange false on all instances but one: they wait for what that one creates and grows, and leave it to that
     *     one to say what is wrong
     * @throws UnavailableException when a cluster as a whole does not answer; nothing is known then
     */
    public TopicsPlan refresh(Map<String, String> started, boolean mayChange) throws InterruptedException {
        Set<String> names = source.names();
        var plan = new Refresh(started, mayChange);
        plan.readSource(names);
        plan.readTarget();
        plan.create();
        plan.grow();
        List<CopiedTopic> topics = plan.copied();
        // Nobody waits for heartbeats: that they are not copied is said in the log, and is no state of the flow.
        List<TopicProblem> problems = plan.problems.values().stream()
                .filter(problem -> !selection.isHeartbeats(problem.topic()))
                .toList();
        List<String> unmatched = selection.unmatched(plan.sources.keySet());
        if (mayChange) {
            tellProblems(plan.problems);
            tellSettings(plan.warnings);
            tellUnmatched(unmatched, names);
        }
        return new TopicsPlan(topics, problems, unmatched, plan.hasUnseen);
    }

    private void tellProblems(Map<String, TopicProblem> problems) {
        Map<String, String> reasons = new HashMap<>();
        problems.forEach((topic, problem) -> reasons.put(topic, problem.reason()));
        Told.News news = toldProblems.update(reasons);
        news.topics().stream()
                .limit(PROBLEMS_PER_REFRESH)
                .map(problems::get)
                .forEach(problem -> LOG.warn(
                        "Topic is not copied: {} flow={} topic={} resumesWhen=\"{}\"",
                        problem.reason(),
                        flow.name(),
                        problem.topic(),
                        problem.resumesWhen()));
        if (news.topics().size() > PROBLEMS_PER_REFRESH) {
            LOG.warn(
                    "More topics are not copied flow={} topics={}",
                    flow.name(),
                    news.topics().size() - PROBLEMS_PER_REFRESH);
        }
        if (news.over() > 0) {
            LOG.info("Topics have no problem any more flow={} topics={}", flow.name(), news.over());
        }
    }

    /** The records are copied all the same; once for each topic, and again when the settings change. */
    private void tellSettings(Map<String, String> warnings) {
        Told.News news = toldSettings.update(warnings);
        String target = flow.target().name();
        news.topics().stream()
                .limit(SETTINGS_PER_REFRESH)
                .forEach(name ->
                        LOG.warn("{} flow={}", SettingsNotice.sentence(name, target, warnings.get(name)), flow.name()));
        if (news.topics().size() > SETTINGS_PER_REFRESH) {
            LOG.warn(
                    "and {} more topics of cluster {} have settings that do not suit their copies; the command check"
                            + " lists them all flow={}",
                    news.topics().size() - SETTINGS_PER_REFRESH,
                    target,
                    flow.name());
        }
        if (news.over() > 0) {
            LOG.info("Settings warned of before are gone flow={} topics={}", flow.name(), news.over());
        }
    }

    private void tellUnmatched(List<String> unmatched, Set<String> names) {
        unmatched.stream()
                .filter(entry -> !toldUnmatched.contains(entry))
                .forEach(entry -> LOG.warn("{} flow={}", unmatchedWords(flow, entry, names), flow.name()));
        toldUnmatched = Set.copyOf(unmatched);
    }

    static String unmatchedWords(FlowConfig flow, String entry, Collection<String> names) {
        String withoutPattern = entry.replaceAll("[^a-zA-Z0-9._-]", "");
        return "topics.select \"" + entry + "\" matches no topic of "
                + flow.source().name() + " that is not excluded" + NearestName.hint(withoutPattern, names)
                + "; topics that appear later are found by themselves";
    }

    /** One look at both clusters, and what comes of it. */
    private final class Refresh {
        private final Map<String, String> started;
        private final boolean mayChange;
        private final Map<String, TopicDescription> sources = new TreeMap<>();
        private final Map<String, TopicProblem> problems = new TreeMap<>();
        private final Map<String, TopicDescription> targets = new HashMap<>();

        /** Target partitions that exist, where growth is done or refused. */
        private final Map<String, Integer> partitions = new HashMap<>();

        /** What target topics' settings do to their copies, by name on the target. */
        private final Map<String, String> warnings = new HashMap<>();

        /** Names on the target, by source topic. */
        private Map<String, String> pairs = Map.of();

        /** Whether a topic was created that the brokers do not show yet. */
        private boolean hasUnseen;

        Refresh(Map<String, String> started, boolean mayChange) {
            this.started = started;
            this.mayChange = mayChange;
        }

        private void problem(String topic, String reason, String resumesWhen) {
            problems.put(topic, new TopicProblem(topic, reason, resumesWhen));
        }

        private void readSource(Set<String> names) throws InterruptedException {
            Set<String> wanted = new TreeSet<>(names);
            wanted.addAll(started.keySet());
            wanted.removeIf(topic -> !selection.isSelected(topic));
            wanted.addAll(selection.literals());
            var answers = source.describe(wanted, false);
            sources.putAll(answers.found());
            answers.failed().forEach((topic, failure) -> problem(topic, failure.getMessage(), "the right is granted"));
            wanted.stream()
                    .filter(topic -> started.containsKey(topic) && answers.isUnknown(topic))
                    .forEach(topic -> problem(
                            topic,
                            "topic " + topic + " was deleted on "
                                    + flow.source().name() + "; what was copied stays on "
                                    + flow.target().name(),
                            "a topic of this name appears on " + flow.source().name() + " again"));
            pairs = pairing.pair(sources.keySet(), found -> problems.put(found.topic(), found));
            pairs.entrySet().removeIf(pair -> isRenamed(pair.getKey(), pair.getValue()));
        }

        /** Whether a topic was copied to another name: what is known of its copy does not hold for this one. */
        private boolean isRenamed(String topic, String name) {
            String former = started.getOrDefault(topic, name);
            if (former.equals(name)) {
                return false;
            }
            problem(
                    topic,
                    "rename was changed from " + former + " to " + name + ": what was copied of topic " + topic
                            + " is in topic " + former + " on " + flow.target().name()
                            + ", and copying would go on in the other in the middle",
                    "topics.rename is put back, or its progress is removed with the command forget, which makes the"
                            + " flow copy it anew, or it is copied by a flow of another name");
            return true;
        }

        private void readTarget() throws InterruptedException {
            var answers = target.describe(pairs.values(), false);
            targets.putAll(answers.found());
            pairs.forEach((topic, name) -> {
                if (answers.failed().containsKey(name)) {
                    problem(topic, answers.failed().get(name).getMessage(), "the right is granted");
                }
            });
        }

        private void create() throws InterruptedException {
            Set<String> missing = new TreeSet<>();
            pairs.forEach((topic, name) -> {
                if (!targets.containsKey(name) && !problems.containsKey(topic) && mayCreate(topic, name)) {
                    missing.add(topic);
                }
            });
            if (missing.isEmpty()) {
                return;
            }
            if (!mayChange) {
                missing.forEach(this::awaitCreation);
                return;
            }
            var requests = new MissingTopics(flow, targetAdmin, source).requests(missing, sources, pairs);
            requests.problems().forEach((topic, found) -> problem(topic, found.getMessage(), "the right is granted"));
            var failed = creation.create(requests.topics().values());
            requests.topics().forEach((topic, request) -> {
                if (failed.containsKey(request.name())) {
                    problem(topic, failed.get(request.name()).getMessage(), "the topic can be created");
                }
            });
            readCreated(requests.topics());
        }

        private void awaitCreation(String topic) {
            hasUnseen = true;
            problem(
                    topic,
                    "topic " + pairs.get(topic) + " is not on " + flow.target().name()
                            + " yet: the instance that owns shard 0 creates it",
                    "it was created");
        }

        private boolean mayCreate(String topic, String name) {
            String where = " on " + flow.target().name();
            if (started.containsKey(topic)) {
                problem(
                        topic,
                        "topic " + name + " was deleted" + where + " after records had been copied to it; its"
                                + " progress says that they are there",
                        "the topic's progress is removed with the command forget, which makes the flow copy it anew, or"
                                + " the topic is excluded");
                return false;
            }
            if (!flow.topics().createEnabled()) {
                problem(
                        topic,
                        "topic " + name + " is missing" + where + " and topics.create.enabled is false; create it",
                        "topic " + name + " exists" + where);
                return false;
            }
            return true;
        }

        /** A broker may learn of a new topic a moment late; such a one comes with the next refresh. */
        private void readCreated(Map<String, TopicCreation.Missing> created) throws InterruptedException {
            Set<String> names = new HashSet<>();
            created.forEach((topic, request) -> {
                if (!problems.containsKey(topic)) {
                    names.add(request.name());
                }
            });
            targets.putAll(target.describeOnceVisible(names));
            created.forEach((topic, request) -> {
                if (names.contains(request.name()) && !targets.containsKey(request.name())) {
                    hasUnseen = true;
                    problem(
                            topic,
                            "topic " + request.name() + " was created, but the brokers of "
                                    + flow.target().name() + " do not show it yet",
                            "the next refresh finds it");
                }
            });
        }

        private void grow() throws InterruptedException {
            Map<String, Integer> growing = new HashMap<>();
            pairs.forEach((topic, name) -> {
                if (targets.containsKey(name) && existing(name) < wanted(topic)) {
                    growing.put(name, wanted(topic));
                }
            });
            if (!mayChange) {
                // Partitions begin as they appear.
                hasUnseen |= !growing.isEmpty();
                return;
            }
            var failed = creation.grow(growing);
            growing.forEach((name, count) -> partitions.put(name, failed.containsKey(name) ? existing(name) : count));
            pairs.forEach((topic, name) -> {
                if (failed.containsKey(name)) {
                    problem(
                            topic,
                            "partitions from " + existing(name) + " on are not copied: "
                                    + failed.get(name).getMessage(),
                            "topic " + name + " on " + flow.target().name() + " has " + wanted(topic) + " partitions");
                }
            });
        }

        private int wanted(String topic) {
            return sources.get(topic).partitions().size();
        }

        private int existing(String name) {
            return targets.get(name).partitions().size();
        }

        private List<CopiedTopic> copied() throws InterruptedException {
            Map<String, String> existing = new TreeMap<>(pairs);
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
            return new CopiedTopic(
                    topic,
                    sources.get(topic).topicId(),
                    targets.get(name).topicId(),
                    name,
                    Math.min(wanted(topic), partitions.getOrDefault(name, existing(name))),
                    known.maxMessageBytes(),
                    known.isLogAppendTime(),
                    known.isCompacted());
        }
    }
}
