package io.replicator.operations;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetLog;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Removes the saved progress of topics from a flow that is not running, so that the flow copies them as new ones. Their
 * copies on the target are not changed.
 */
public final class ProgressReset {
    private final FlowConfig flow;
    private final Duration timeout;

    private ProgressReset(FlowConfig flow, Duration timeout) {
        this.flow = flow;
        this.timeout = timeout;
    }

    /**
     * Removes all of it, or changes nothing.
     *
     * @param topics the source's names
     * @param timeout of each call
     * @return of how many partitions it was removed
     * @throws RefusedException when the flow is running, or has saved nothing about one of the topics
     * @throws UnavailableException when the target does not answer
     * @throws io.replicator.offsets.OffsetLogException when progress cannot be read or written
     */
    public static int forget(FlowConfig flow, Set<String> topics, Duration timeout) throws InterruptedException {
        return new ProgressReset(flow, timeout).forget(new TreeSet<>(topics));
    }

    private int forget(Set<String> topics) throws InterruptedException {
        try (Cluster target = KafkaCluster.open(flow.target(), "replicator-" + flow.name() + "-forget", timeout);
                OffsetLog log = new OffsetLog(flow, target, timeout)) {
            requireStopped(target);
            Set<TopicPartition> known = log.load().partitions().keySet();
            Set<TopicPartition> forgotten = known.stream()
                    .filter(partition -> topics.contains(partition.topic()))
                    .collect(Collectors.toSet());
            forgotten.forEach(partition -> topics.remove(partition.topic()));
            if (!topics.isEmpty()) {
                throw new RefusedException("flow " + flow.name() + " has no saved progress of " + topics + " in "
                        + flow.offsetsTopic() + " on " + flow.target().name() + "; nothing was changed");
            }
            log.remove(forgotten);
            return forgotten.size();
        }
    }

    /** A running flow would save the progress again. */
    private void requireStopped(Cluster target) throws InterruptedException {
        String group = flow.ownershipGroup();
        int members = target.members(group);
        if (members > 0) {
            throw new RefusedException(
                    "flow " + flow.name() + " is running: group " + group + " on " + target.name() + " has "
                            + members
                            + " members; stop all its instances first (one that died counts until its session-timeout is over)");
        }
    }
}
