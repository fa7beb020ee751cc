package io.replicator.flow;

import io.replicator.config.FlowConfig;
import io.replicator.offsets.OtherFlows;
import io.replicator.topics.ClusterAdmin;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicProblem;
import io.replicator.topics.TopicsPlan;
import io.replicator.topics.UnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two flows from writing one topic, also where they run in different daemons: a topic that another flow has copied to
 * is not begun while that flow is alive, which the members of its consumer group show. Of one that is not alive there is a
 * warning. Topics that are being copied are left alone: whoever comes second looks. Control thread.
 */
final class RivalFlows {
    private static final Logger LOG = LoggerFactory.getLogger(RivalFlows.class);

    private final FlowConfig flow;
    private final ClusterAdmin target;
    private final OtherFlows others;

    /** Source topics that were looked at and are copied: they are not looked at again. */
    private final Set<String> cleared = new HashSet<>();

    /** What was said of topics that are not begun. */
    private final Set<TopicProblem> told = new HashSet<>();

    RivalFlows(FlowConfig flow, ClusterAdmin target, OtherFlows others) {
        this.flow = flow;
        this.target = target;
        this.others = others;
    }

    /** The plan without the topics that another living flow writes; those are problems of it. */
    TopicsPlan without(TopicsPlan plan) throws InterruptedException {
        Set<String> planned = new HashSet<>();
        plan.topics().forEach(topic -> planned.add(topic.name()));
        cleared.retainAll(planned);
        if (cleared.size() == planned.size()) {
            return plan;
        }
        others.read(target.await(target.admin().listTopics().names(), "DESCRIBE", "the topics"));
        Map<String, Aliveness> known = new HashMap<>();
        List<CopiedTopic> topics = new ArrayList<>();
        List<TopicProblem> problems = new ArrayList<>(plan.problems());
        for (CopiedTopic topic : plan.topics()) {
            if (cleared.contains(topic.name()) || isFree(topic, known, problems)) {
                topics.add(topic);
                cleared.add(topic.name());
            }
        }
        return new TopicsPlan(topics, problems, plan.unmatchedSelects(), plan.isPassing());
    }

    /** Whether somebody runs a flow. */
    private enum Aliveness {
        ALIVE,
        STOPPED,
        UNKNOWN
    }

    private boolean isFree(CopiedTopic topic, Map<String, Aliveness> known, List<TopicProblem> problems)
            throws InterruptedException {
        for (String other : others.writersOf(topic.targetName())) {
            Aliveness aliveness = known.get(other);
            if (aliveness == null) {
                aliveness = aliveness(other);
                known.put(other, aliveness);
            }
            if (aliveness == Aliveness.ALIVE) {
                problems.add(problem(topic, other));
                return false;
            }
            LOG.warn(
                    "another flow has copied to the same topic; {} flow={} other={} topic={}",
                    aliveness == Aliveness.STOPPED
                            ? "it is not running now: see that it stays so"
                            : "grant DESCRIBE on group " + group(other) + " to see whether it is running",
                    flow.name(),
                    other,
                    topic.targetName());
        }
        return true;
    }

    private TopicProblem problem(CopiedTopic topic, String other) {
        TopicProblem problem = new TopicProblem(
                topic.name(),
                "flow " + other + ", which is running, writes topic " + topic.targetName() + " on "
                        + flow.target().name() + " too: two flows in one topic would mix their records",
                "flow " + other + " is stopped, or one of the two flows leaves the topic out or renames it");
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

    private static String group(String other) {
        return "replicator-" + other;
    }

    private Aliveness aliveness(String other) throws InterruptedException {
        String group = group(other);
        try {
            ConsumerGroupDescription found = target.await(
                    target.admin()
                            .describeConsumerGroups(List.of(group))
                            .describedGroups()
                            .get(group),
                    "DESCRIBE",
                    "group " + group);
            return found.members().isEmpty() ? Aliveness.STOPPED : Aliveness.ALIVE;
        } catch (UnavailableException failure) {
            return failure.getCause() instanceof GroupIdNotFoundException ? Aliveness.STOPPED : Aliveness.UNKNOWN;
        }
    }
}
