package io.replicator.flow;

import io.replicator.cluster.UnavailableException;
import io.replicator.flow.FlowCondition.Trouble;
import io.replicator.offsets.OffsetLogException;
import io.replicator.topics.TopicsPlan;

/** Checks after each plan that the topic of the flow's progress is still the one that it was. Control thread. */
final class OffsetLogWatch implements ControlTask, Planning.FollowUp {
    private final FlowLog log;
    private final FlowCondition condition;
    private final PlannedLook look = new PlannedLook();

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
        look.want();
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return look.dueInNanos();
    }

    @Override
    public int turn(long nowNanos) {
        look.begin();
        log.ask(
                "look at the offset log's topic",
                (theLog, now) -> {
                    theLog.requireTopic();
                    return true;
                },
                look.asking((outcome, now) -> {
                    try {
                        outcome.orThrow();
                        condition.isWell(Trouble.LOG);
                    } catch (UnavailableException | OffsetLogException failure) {
                        condition.trouble(Trouble.LOG, failure.getMessage(), now);
                    }
                }));
        return 1;
    }
}
