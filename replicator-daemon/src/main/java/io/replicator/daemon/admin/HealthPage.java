package io.replicator.daemon.admin;

import io.replicator.daemon.document.HealthDocument;
import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.partition.PartitionState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** A health page: 200, or 503 with the reasons why not. */
public final class HealthPage implements Page {
    /** In these states a partition is not copied, and nobody asked for that. */
    private static final Set<PartitionState> HELD_UP = EnumSet.of(PartitionState.WAITING, PartitionState.FAILED);

    private final Supplier<List<String>> reasons;

    private HealthPage(Supplier<List<String>> reasons) {
        this.reasons = reasons;
    }

    /**
     * Alive: no thread of the engine is stuck. A process that is not alive should be restarted.
     *
     * @param stuckThreads their names
     */
    public static HealthPage live(Supplier<List<String>> stuckThreads) {
        return new HealthPage(() -> stuck(stuckThreads));
    }

    /**
     * Ready: alive, and every flow copies. Both clusters of the flow are reachable, this instance is a member of the flow and
     * copies the shards that it owns, its progress is saved, and not all its partitions are WAITING or FAILED. An instance that
     * owns no shard stands by, and is ready.
     */
    public static HealthPage ready(Supplier<List<String>> stuckThreads, Supplier<List<FlowStatus>> flows) {
        return new HealthPage(() -> {
            List<String> reasons = new ArrayList<>(stuck(stuckThreads));
            List<FlowStatus> now = flows.get();
            if (now.isEmpty()) {
                reasons.add("no flow has started yet");
            }
            now.forEach(flow -> reasons.addAll(whyNotReady(flow)));
            return reasons;
        });
    }

    private static List<String> stuck(Supplier<List<String>> stuckThreads) {
        return stuckThreads.get().stream()
                .map(name -> "thread " + name + " is stuck")
                .toList();
    }

    private static List<String> whyNotReady(FlowStatus flow) {
        if (flow.state() != FlowState.RUNNING) {
            String reason = flow.reason().isEmpty() ? "" : ": " + flow.reason();
            return List.of("flow " + flow.name() + " is " + flow.state() + reason);
        }
        if (!flow.reason().isEmpty()) {
            return List.of("flow " + flow.name() + ": " + flow.reason());
        }
        boolean isHeldUp = !flow.partitions().isEmpty()
                && flow.partitions().stream().allMatch(partition -> HELD_UP.contains(partition.state()));
        if (!isHeldUp) {
            return List.of();
        }
        PartitionStatus first = flow.partitions().get(0);
        return List.of("flow " + flow.name() + ": no partition is copied; " + first.topic() + "-" + first.partition()
                + " is " + first.state() + ": " + first.reason());
    }

    @Override
    public Reply reply(PageRequest request) {
        List<String> why = reasons.get();
        return Reply.json(why.isEmpty() ? 200 : 503, HealthDocument.of(why));
    }
}
