package io.replicator.topics;

import io.replicator.config.FlowConfig;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Gives each source topic its name on the target, or says why it has none. */
final class TopicPairing {
    private final FlowConfig flow;
    private final TopicNaming naming;
    private final FlowLoops loops;

    TopicPairing(FlowConfig flow, List<FlowConfig> flows) {
        this.flow = flow;
        this.naming = new TopicNaming(flow.topics().rename(), flow.source().name());
        this.loops = new FlowLoops(flows);
    }

    /** The names on the target, by source topic. */
    Map<String, String> pair(Collection<String> sources, Consumer<TopicProblem> problems) {
        Map<String, String> targets = new TreeMap<>();
        for (String source : sources) {
            Optional<TopicProblem> problem = name(source, targets);
            problem.ifPresent(problems);
        }
        return targets;
    }

    private Optional<TopicProblem> name(String source, Map<String, String> targets) {
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
        Optional<String> loop = loops.through(flow, source);
        if (loop.isPresent()) {
            return Optional.of(
                    new TopicProblem(source, loop.get(), "select, exclude or rename of one of the flows is changed"));
        }
        targets.put(source, target);
        return Optional.empty();
    }

    /** Source topics by target name. Names never collide, see {@link TopicNaming}. */
    static Map<String, String> inverse(Map<String, String> targets) {
        return targets.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    }
}
