package io.replicator.flow;

import io.replicator.cluster.UnavailableException;
import io.replicator.flow.FlowCondition.Trouble;
import io.replicator.offsets.OffsetLogException;
import io.replicator.topics.TopicsPlan;

/** Checks after each plan that the topic of the flow's progress is still the one that it was. Control thread. */
final class OffsetLogWatch implements ControlTask, Planning.FollowUp {
    private final FlowLog log;
    private final FlowCondition condition;
    private boolean isWanted;
    private boolean isAsking;

    OffsetLogWatch(FlowLog log, FlowCondition condition) {
        this.log = log;
        this.condition = condition;
    }

    @Override
    public String name() {
        return "offset log";
    }

    @Override
    public void followed(TopicsPlan plan) {
        isWanted = true;
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return isWanted && !isAsking ? 0 : Long.MAX_VALUE;
    }

    @Override
    public int turn(long nowNanos) {
        isWanted = false;
        isAsking = true;
        log.ask(
                "look at the offset log's topic",
                (theLog, now) -> {
                    theLog.requireTopic();
                    return true;
                },
                (outcome, now) -> {
                    isAsking = false;
                    try {
                        outcome.orThrow();
                        condition.isWell(Trouble.LOG);
                    } catch (UnavailableException | OffsetLogException failure) {
                        condition.trouble(Trouble.LOG, failure.getMessage(), now);
                    }
                });
        return 1;
    }
}
