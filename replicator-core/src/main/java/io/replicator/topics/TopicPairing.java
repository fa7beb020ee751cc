package io.replicator.topics;

import io.replicator.config.FlowConfig;
import io.replicator.naming.FlowLoops;
import io.replicator.naming.TopicNaming;
import io.replicator.naming.TopicSelection;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Gives each source topic its name on the target, or says why it has none. */
public final class TopicPairing {
    private final FlowConfig flow;
    private final TopicNaming naming;
    private final FlowLoops loops;

    public TopicPairing(FlowConfig flow, List<FlowConfig> flows) {
        this.flow = flow;
        this.naming = new TopicNaming(flow);
        this.loops = new FlowLoops(flows);
    }

    /** The names on the target, by source topic. */
    public Map<String, String> pair(Collection<String> sources, Consumer<TopicProblem> problems) {
        Map<String, String> targets = new TreeMap<>();
        Set<String> taken = new HashSet<>();
        for (String source : sources) {
            Optional<TopicProblem> problem = name(source, targets, taken);
            problem.ifPresent(problems);
        }
        return targets;
    }

    private Optional<TopicProblem> name(String source, Map<String, String> targets, Set<String> taken) {
        String target;
        try {
            target = naming.targetOf(source);
        } catch (IllegalArgumentException illegal) {
            return Optional.of(
                    new TopicProblem(source, illegal.getMessage(), "topics.rename is changed, or it is excluded"));
        }
        if (TopicSelection.isOwn(target)) {
            return Optional.of(new TopicProblem(
                    source,
                    "its name on " + flow.target().name() + " would be " + target
                            + ", which is kept for a flow's progress",
                    "topics.rename is changed, or it is excluded"));
        }
        if (!taken.add(target)) {
            return Optional.of(new TopicProblem(
                    source,
                    "its name on " + flow.target().name() + " would be " + target
                            + ", which is that of another topic's copy",
                    "topics.rename is changed, or one of the two is excluded"));
        }
        Optional<String> loop = loops.through(flow, source);
        if (loop.isPresent()) {
            return Optional.of(
                    new TopicProblem(source, loop.get(), "select, exclude or rename of one of the flows is changed"));
        }
        targets.put(source, target);
        return Optional.empty();
    }
}
