package io.replicator.naming;

import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds flows that would feed themselves: a record that returns to the flow that copied it, under the same name or under
 * ever longer names, would be copied without end. Regular expressions cannot be compared in general, so this follows real names
 * from flow to flow. Every walk ends, because a name either returns, is not selected, or grows too long.
 */
public final class FlowLoops {
    private final List<Stage> stages;

    public FlowLoops(Collection<FlowConfig> flows) {
        this.stages = flows.stream().map(Stage::new).toList();
    }

    /**
     * What can be said from the configuration alone: follows the topics that flows select by name.
     *
     * @return the first loop, for a person
     */
    public static Optional<String> check(List<FlowConfig> flows) {
        return loop(flows, cluster -> Set.of());
    }

    /**
     * Follows every topic that is known, and those selected by name.
     *
     * @param topicsOf the topics of a cluster, as far as they are known
     * @return the first loop, for a person
     */
    public static Optional<String> loop(List<FlowConfig> flows, Function<ClusterConfig, Set<String>> topicsOf) {
        var loops = new FlowLoops(flows);
        for (FlowConfig flow : flows) {
            Set<String> topics = new HashSet<>(topicsOf.apply(flow.source()));
            topics.addAll(new TopicSelection(flow).literals());
            for (String topic : topics.stream().sorted().toList()) {
                Optional<String> loop = loops.through(flow, topic);
                if (loop.isPresent()) {
                    return loop;
                }
            }
        }
        return Optional.empty();
    }

    /** The loop that one topic would run through when one of the flows copies it. */
    public Optional<String> through(FlowConfig flow, String topic) {
        return stages.stream()
                .filter(stage -> stage.flow.name().equals(flow.name()) && stage.selection.isSelected(topic))
                .findFirst()
                .flatMap(start -> new Walk(start, topic).follow());
    }

    private static boolean isSame(ClusterConfig one, ClusterConfig other) {
        return one.name().equals(other.name()) || servers(one).equals(servers(other));
    }

    private static Set<String> servers(ClusterConfig cluster) {
        return Arrays.stream(cluster.bootstrapServers().split(",", -1))
                .map(String::strip)
                .collect(Collectors.toSet());
    }

    /** A flow, ready to be followed. */
    private static final class Stage {
        private final FlowConfig flow;
        private final TopicSelection selection;
        private final TopicNaming naming;

        Stage(FlowConfig flow) {
            this.flow = flow;
            this.selection = new TopicSelection(flow);
            this.naming = new TopicNaming(flow);
        }
    }

    /** The way of one topic through the flows, depth first. */
    private final class Walk {
        private final Stage start;
        private final String startTopic;
        private final Set<TopicPartition> seen = new HashSet<>();
        private final Deque<String> way = new ArrayDeque<>();
        private int startsOnTheWay = 1;

        Walk(Stage start, String startTopic) {
            this.start = start;
            this.startTopic = startTopic;
        }

        Optional<String> follow() {
            return leave(start, startTopic);
        }

        private Optional<String> leave(Stage stage, String topic) {
            String name;
            try {
                name = stage.naming.targetOf(topic);
            } catch (IllegalArgumentException tooLong) {
                return startsOnTheWay > 1 ? Optional.of(told("and so on under ever longer names")) : Optional.empty();
            }
            way.addLast("flow " + stage.flow.name() + " copies " + topic + " of "
                    + stage.flow.source().name() + " to " + name + " on "
                    + stage.flow.target().name());
            Optional<String> loop = enterNext(stage, name);
            way.removeLast();
            return loop;
        }

        private Optional<String> enterNext(Stage from, String topic) {
            for (Stage next : stages) {
                if (isSame(next.flow.source(), from.flow.target()) && next.selection.isSelected(topic)) {
                    Optional<String> loop = enter(next, topic);
                    if (loop.isPresent()) {
                        return loop;
                    }
                }
            }
            return Optional.empty();
        }

        private Optional<String> enter(Stage stage, String topic) {
            if (stage == start && topic.equals(startTopic)) {
                return Optional.of(told("from where it starts again"));
            }
            if (!seen.add(new TopicPartition(topic, stages.indexOf(stage)))) {
                return Optional.empty();
            }
            int step = stage == start ? 1 : 0;
            startsOnTheWay += step;
            Optional<String> loop = leave(stage, topic);
            startsOnTheWay -= step;
            return loop;
        }

        private String told(String end) {
            return "topic " + startTopic + " would feed itself: "
                    + way.stream().limit(4).collect(Collectors.joining("; ")) + "; " + end
                    + "; exclude the copies in one of the flows, or rename so that they are not selected";
        }
    }
}
