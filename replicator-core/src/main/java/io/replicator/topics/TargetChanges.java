package io.replicator.topics;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Creates and grows a flow's topics on the target. */
final class TargetChanges {
    /** Two seconds in all. */
    private static final int VISIBLE_TURNS = 40;

    /** Half a second: topics that are visible do not wait longer for those that are not. */
    private static final int STRAGGLER_TURNS = 10;

    private static final long VISIBLE_PAUSE_MILLIS = 50;

    private final FlowConfig flow;
    private final Cluster target;
    private final MissingTopics missingTopics;
    private final TopicCreation creation;
    private final TopicPlanner.Pause pause;

    TargetChanges(FlowConfig flow, Cluster source, Cluster target, TopicPlanner.Pause pause) {
        this.flow = flow;
        this.target = target;
        this.missingTopics = new MissingTopics(flow, target, source);
        this.creation = new TopicCreation(target, false);
        this.pause = pause;
    }

    /**
     * What became of topics to be created.
     *
     * @param visible those that the brokers show, by their names on the target
     * @param problems by source topic
     * @param isPassing whether a problem is one that ends by itself within seconds
     */
    record Created(Map<String, TopicDescription> visible, Map<String, TopicProblem> problems, boolean isPassing) {}

    /**
     * What became of topics to be grown.
     *
     * @param partitions how many they have now, by their names on the target
     * @param problems by source topic
     */
    record Grown(Map<String, Integer> partitions, Map<String, TopicProblem> problems) {}

    /** Creates what is missing. */
    Created create(Set<String> missing, TopicRules.Selected selected) throws InterruptedException {
        if (missing.isEmpty()) {
            return new Created(Map.of(), Map.of(), false);
        }
        Map<String, TopicProblem> problems = new TreeMap<>();
        var requests = missingTopics.requests(missing, selected.sources(), selected.pairs());
        requests.problems()
                .forEach((topic, failure) ->
                        problems.put(topic, new TopicProblem(topic, failure.getMessage(), "the right is granted")));
        Map<String, UnavailableException> failed =
                creation.create(requests.topics().values());
        Set<String> names = new HashSet<>();
        requests.topics().forEach((topic, request) -> {
            UnavailableException failure = failed.get(request.name());
            if (failure == null) {
                names.add(request.name());
            } else {
                problems.put(topic, new TopicProblem(topic, failure.getMessage(), "the topic can be created"));
            }
        });
        Map<String, TopicDescription> visible = describeOnceVisible(names);
        boolean isPassing = false;
        for (var request : requests.topics().entrySet()) {
            String name = request.getValue().name();
            if (names.contains(name) && !visible.containsKey(name)) {
                isPassing = true;
                problems.put(request.getKey(), unseen(request.getKey(), name));
            }
        }
        return new Created(visible, problems, isPassing);
    }

    private TopicProblem unseen(String topic, String name) {
        return new TopicProblem(
                topic,
                "topic " + name + " was created, but the brokers of "
                        + flow.target().name() + " do not show it yet",
                "the next refresh finds it");
    }

    /**
     * Describes topics that were created a moment ago. Brokers learn of them within milliseconds. A topic that stays unknown
     * for longer is left out, and comes with the next refresh.
     */
    private Map<String, TopicDescription> describeOnceVisible(Collection<String> topics) throws InterruptedException {
        Map<String, TopicDescription> found = new HashMap<>();
        Set<String> waiting = new TreeSet<>(topics);
        for (int turn = 0; turn < (found.isEmpty() ? VISIBLE_TURNS : STRAGGLER_TURNS) && !waiting.isEmpty(); turn++) {
            if (turn > 0) {
                pause.sleep(VISIBLE_PAUSE_MILLIS);
            }
            found.putAll(target.describeTopics(waiting, false).found());
            waiting.removeAll(found.keySet());
        }
        return found;
    }

    /** Grows topics to as many partitions as given, by their names on the target. */
    Grown grow(Map<String, Integer> growing, TopicRules.Selected selected, Map<String, TopicDescription> targets)
            throws InterruptedException {
        Map<String, UnavailableException> failed = creation.grow(growing);
        Map<String, Integer> partitions = new HashMap<>(growing);
        partitions.keySet().removeAll(failed.keySet());
        Map<String, TopicProblem> problems = new TreeMap<>();
        selected.pairs().forEach((topic, name) -> {
            UnavailableException failure = failed.get(name);
            if (failure != null) {
                problems.put(
                        topic,
                        new TopicProblem(
                                topic,
                                "partitions from "
                                        + targets.get(name).partitions().size() + " on are not copied: "
                                        + failure.getMessage(),
                                "topic " + name + " on " + flow.target().name() + " has " + growing.get(name)
                                        + " partitions"));
            }
        });
        return new Grown(partitions, problems);
    }
}
