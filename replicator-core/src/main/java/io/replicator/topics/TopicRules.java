package io.replicator.topics;

import io.replicator.cluster.Answers;
import io.replicator.cluster.TopicDescription;
import io.replicator.config.FlowConfig;
import io.replicator.naming.TopicSelection;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a flow wants of topics, compared with what both clusters have. It asks no cluster and changes nothing: facts go in, and
 * what is to be done comes out.
 */
final class TopicRules {
    private static final String RIGHT_IS_GRANTED = "the right is granted";

    private final FlowConfig flow;
    private final TopicSelection selection;
    private final TopicPairing pairing;

    TopicRules(FlowConfig flow, List<FlowConfig> flows) {
        this.flow = flow;
        this.selection = new TopicSelection(flow);
        this.pairing = new TopicPairing(flow, flows);
    }

    /**
     * The topics that a flow copies, as far as the source decides.
     *
     * @param sources those that exist
     * @param pairs their names on the target, by source topic
     * @param problems what is selected but cannot be copied, by source topic
     */
    record Selected(
            Map<String, TopicDescription> sources, Map<String, String> pairs, Map<String, TopicProblem> problems) {
        int partitions(String topic) {
            return sources.get(topic).partitions().size();
        }
    }

    /**
     * What is missing on the target.
     *
     * @param topics to be created, by source topic
     * @param problems what cannot be created, or must not, by source topic
     */
    record Missing(Set<String> topics, Map<String, TopicProblem> problems) {}

    /** The source topics that the flow may copy, and must know more about. */
    Set<String> wanted(Set<String> names, Map<String, String> started) {
        Set<String> wanted = new TreeSet<>(names);
        wanted.addAll(started.keySet());
        wanted.removeIf(topic -> !selection.isSelected(topic));
        wanted.addAll(selection.literals());
        return wanted;
    }

    /**
     * Decides by what the source has.
     *
     * @param wanted the topics that were asked about
     * @param answers about them
     * @param started source topics of which something was copied already, and where on the target
     */
    Selected select(Set<String> wanted, Answers<String, TopicDescription> answers, Map<String, String> started) {
        Map<String, TopicDescription> sources = new TreeMap<>(answers.found());
        Map<String, TopicProblem> problems = new TreeMap<>();
        answers.failed()
                .forEach((topic, failure) ->
                        problems.put(topic, new TopicProblem(topic, failure.getMessage(), RIGHT_IS_GRANTED)));
        wanted.stream()
                .filter(topic -> started.containsKey(topic) && answers.isUnknown(topic))
                .forEach(topic -> problems.put(topic, deletedOnSource(topic)));
        Map<String, String> pairs =
                new TreeMap<>(pairing.pair(sources.keySet(), found -> problems.put(found.topic(), found)));
        pairs.entrySet().removeIf(pair -> {
            String former = started.getOrDefault(pair.getKey(), pair.getValue());
            boolean isRenamed = !former.equals(pair.getValue());
            if (isRenamed) {
                problems.put(pair.getKey(), renamed(pair.getKey(), former, pair.getValue()));
            }
            return isRenamed;
        });
        return new Selected(sources, pairs, problems);
    }

    private TopicProblem deletedOnSource(String topic) {
        return new TopicProblem(
                topic,
                "topic " + topic + " was deleted on " + flow.source().name() + "; what was copied stays on "
                        + flow.target().name(),
                "a topic of this name appears on " + flow.source().name() + " again");
    }

    /** The topic was copied to another name: what is known of its copy does not hold for this one. */
    private TopicProblem renamed(String topic, String former, String name) {
        return new TopicProblem(
                topic,
                "rename was changed from " + former + " to " + name + ": what was copied of topic " + topic
                        + " is in topic " + former + " on " + flow.target().name()
                        + ", and copying would continue in the middle of the other",
                "topics.rename is put back, or its progress is removed with the command forget, which makes the"
                        + " flow copy it from the start, or it is copied by a flow of another name");
    }

    /** The problems with copies that the target does not describe, by source topic. */
    Map<String, TopicProblem> hidden(Selected selected, Answers<String, TopicDescription> targets) {
        Map<String, TopicProblem> problems = new TreeMap<>();
        selected.pairs().forEach((topic, name) -> targets.whyNot(name)
                .ifPresent(why -> problems.put(topic, new TopicProblem(topic, why, RIGHT_IS_GRANTED))));
        return problems;
    }

    /**
     * Decides which topics are to be created.
     *
     * @param targets the topics that the target has, by their names there
     * @param blocked source topics that have a problem
     */
    Missing missing(
            Selected selected,
            Map<String, TopicDescription> targets,
            Set<String> blocked,
            Map<String, String> started) {
        Set<String> topics = new TreeSet<>();
        Map<String, TopicProblem> problems = new TreeMap<>();
        selected.pairs().forEach((topic, name) -> {
            if (targets.containsKey(name) || blocked.contains(topic)) {
                return;
            }
            if (started.containsKey(topic)) {
                problems.put(topic, deletedOnTarget(topic, name));
            } else if (!flow.topics().createEnabled()) {
                problems.put(topic, notCreated(topic, name));
            } else {
                topics.add(topic);
            }
        });
        return new Missing(topics, problems);
    }

    private TopicProblem deletedOnTarget(String topic, String name) {
        return new TopicProblem(
                topic,
                "topic " + name + " was deleted" + where() + " after records had been copied to it; its"
                        + " progress says that they are there",
                "the topic's progress is removed with the command forget, which makes the flow copy it from the start,"
                        + " or the topic is excluded");
    }

    private TopicProblem notCreated(String topic, String name) {
        return new TopicProblem(
                topic,
                "topic " + name + " is missing" + where() + " and topics.create.enabled is false; create it",
                "topic " + name + " exists" + where());
    }

    private String where() {
        return " on " + flow.target().name();
    }

    /** How many partitions target topics are to have that have too few, by their names. */
    Map<String, Integer> growing(Selected selected, Map<String, TopicDescription> targets) {
        Map<String, Integer> growing = new HashMap<>();
        selected.pairs().forEach((topic, name) -> {
            TopicDescription target = targets.get(name);
            if (target != null && target.partitions().size() < selected.partitions(topic)) {
                growing.put(name, selected.partitions(topic));
            }
        });
        return growing;
    }

    /** Whether a topic is only copied for clients of MirrorMaker 2: nobody waits for it. */
    boolean isHeartbeats(String topic) {
        return selection.isHeartbeats(topic);
    }

    /** The entries of {@code select} that match none of these topics. */
    List<String> unmatched(Collection<String> topics) {
        return selection.unmatched(topics);
    }

    /** A sentence about an entry of {@code select} that matches no topic. */
    String unmatchedWords(String entry, Collection<String> names) {
        return selection.unmatchedWords(entry, names);
    }
}
