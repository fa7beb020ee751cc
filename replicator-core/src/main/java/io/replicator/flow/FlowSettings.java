package io.replicator.flow;

import io.replicator.config.FlowConfig;
import java.time.Duration;

/**
 * What a flow's control plane is to do.
 *
 * @param config the flow
 * @param instance this process's name among those of the flow
 * @param lanes how many it has
 * @param progressInterval how often progress is saved
 * @param drainTimeout how long a hand-over or a stop may take
 * @param sessionTimeout after what silence this instance counts as dead
 */
record FlowSettings(
        FlowConfig config,
        String instance,
        int lanes,
        Duration progressInterval,
        Duration drainTimeout,
        Duration sessionTimeout) {}
