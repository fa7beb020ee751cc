package io.replicator.flow;

import io.replicator.agent.Agent;
import io.replicator.cluster.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One flow's control plane, as an agent: takes commands and answers, and turns its present {@link Phase}. It is told the time,
 * and never waits for a cluster.
 *
 * <pre>
 *   {@link FlowStartup} --&gt; {@link FlowWork} --&gt; {@link FlowDrain} --&gt; over
 * </pre>
 *
 * <p>What another start may overcome, or nobody but an operator can, ends it from any phase.
 */
final class FlowControl implements Agent {
    private static final int MAX_COMMANDS = 16;

    /** Of one turn: a flood of answers does not keep tasks from their turns. */
    private static final int MAX_ANSWERS = 256;

    private final String name;
    private final FlowMail mail;
    private final FlowCondition condition;
    private final Runnable onOver;
    private final Runnable closing;
    private final List<CompletableFuture<Void>> stops = new ArrayList<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private Phase phase;
    private boolean isStopping;
    private Ending ending = Ending.NONE;

    /** Why the flow ended by itself. */
    private record Ending(String why, boolean mayRestart) {
        static final Ending NONE = new Ending("", false);
    }

    /**
     * @param name the thread's
     * @param first phase
     * @param onOver told when nothing is left to do: the thread may end
     * @param closing closes everything that was opened; may block
     */
    FlowControl(String name, FlowMail mail, Phase first, FlowCondition condition, Runnable onOver, Runnable closing) {
        this.name = name;
        this.mail = mail;
        this.phase = first;
        this.condition = condition;
        this.onOver = onOver;
        this.closing = closing;
    }

    @Override
    public String name() {
        return name;
    }

    /** Completed when everything is closed, whatever ended the flow. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    @Override
    public int doWork(long nowNanos) {
        try {
            int work = mail.commands().drain(command -> obey(command, nowNanos), MAX_COMMANDS);
            work += mail.answers().drain(answer -> answer.deliver(nowNanos), MAX_ANSWERS);
            work += phase.turn(nowNanos);
            phase = phase.next(nowNanos);
            if (phase == Phase.OVER) {
                onOver.run();
            }
            return work;
        } catch (RefusedException refused) {
            end(refused.getMessage(), false);
        } catch (BrokenOffException broken) {
            end(broken.getMessage(), true);
        }
        return 1;
    }

    private void obey(FlowCommand command, long nowNanos) {
        if (command instanceof FlowCommand.Stop stop) {
            stops.add(stop.done());
            if (!isStopping) {
                isStopping = true;
                phase = phase.stopping(nowNanos);
            }
        } else if (command instanceof FlowCommand.LookNow look) {
            phase.look();
            look.done().complete(null);
        }
    }

    private void end(String why, boolean mayRestart) {
        ending = new Ending(why, mayRestart);
        phase = Phase.OVER;
        onOver.run();
    }

    @Override
    public void await(long nowNanos, long mostNanos) {
        mail.parking().park(Math.min(mostNanos, phase.dueInNanos(nowNanos)));
    }

    @Override
    public void onClose() {
        try {
            closing.run();
        } finally {
            if (!ending.equals(Ending.NONE)) {
                condition.failed(ending.why(), ending.mayRestart());
            } else if (phase == Phase.OVER) {
                condition.stopped();
            }
            stops.forEach(done -> done.complete(null));
            closed.complete(null);
        }
    }
}
