package io.replicator.flow;

/**
 * What a flow's control plane works with, whatever its phase.
 *
 * @param settings what it is to do
 * @param calls where it leaves what may wait
 * @param mail what others leave for it
 * @param condition where it publishes how it is
 * @param lanes makes lanes
 * @param groups keeps consumer groups' positions
 */
record ControlMeans(
        FlowSettings settings,
        Calls calls,
        FlowMail mail,
        FlowCondition condition,
        LaneFactory lanes,
        GroupKeeper.Opener groups) {}
