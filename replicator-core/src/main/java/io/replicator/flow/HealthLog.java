package io.replicator.flow;

import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log when partitions stop and when they run again, once each, and never more than a few lines at a time: a broker
 * that goes takes thousands of partitions with it.
 */
final class HealthLog {
    private static final Logger LOG = LoggerFactory.getLogger(HealthLog.class);
    private static final int LINES_AT_ONCE = 5;

    private final String flow;

    /** What was said of partitions that are not RUNNING. */
    private final Map<TopicPartition, Health> told = new HashMap<>();

    HealthLog(String flow) {
        this.flow = flow;
    }

    /** Looks at all partitions; call it about once a second. */
    void look(List<Copy> copies) {
        int stopped = 0;
        int resumed = 0;
        TopicPartition example = null;
        Set<TopicPartition> present = new HashSet<>();
        for (Copy copy : copies) {
            TopicPartition partition = copy.partition().source();
            present.add(partition);
            Health health = copy.partition().health();
            if (health.state() == PartitionState.RUNNING || health.state() == PartitionState.STARTING) {
                if (told.remove(partition) != null) {
                    resumed++;
                    example = partition;
                }
            } else if (!isTold(partition, health)) {
                told.put(partition, health);
                stopped++;
                if (stopped <= LINES_AT_ONCE) {
                    say(partition, health);
                }
            }
        }
        told.keySet().retainAll(present);
        if (stopped > LINES_AT_ONCE) {
            LOG.warn("and {} more partitions; see status flow={}", stopped - LINES_AT_ONCE, flow);
        }
        if (resumed > 0) {
            LOG.info("running again flow={} partitions={} example={}", flow, resumed, example);
        }
    }

    private boolean isTold(TopicPartition partition, Health health) {
        Health before = told.get(partition);
        return before != null
                && before.state() == health.state()
                && before.resumesWhen().equals(health.resumesWhen());
    }

    private void say(TopicPartition partition, Health health) {
        String line = "{}; resumes when {} flow={} partition={} state={}";
        Object[] values = {health.reason(), health.resumesWhen(), flow, partition, health.state()};
        if (health.state() == PartitionState.FAILED) {
            LOG.error(line, values);
        } else {
            LOG.warn(line, values);
        }
    }
}
