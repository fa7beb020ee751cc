package io.replicator.produce;

import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.Restart;
import io.replicator.wire.ClusterView;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * When a window gets its turn: in the queue of the broker that leads its partition, after a pause, or after the fetcher has
 * fetched again. Producer's thread.
 */
final class WindowSchedule {
    /** Nothing is fetched for a partition that is not written: until the daemon is started again. */
    private static final long PARKED_NANOS = TimeUnit.DAYS.toNanos(3650);

    private final ClusterView target;
    private final Windows windows;
    private final Mailbox<Restart> restarts;
    private final Doorbell fetcherBell;
    private final Map<Integer, BrokerQueue> queues = new HashMap<>();

    /** Windows whose leader is not known. */
    private final ArrayDeque<PartitionWindow> leaderless = new ArrayDeque<>();

    private final RetryQueue retries = new RetryQueue();

    /** One object for all turns. */
    private final Consumer<PartitionWindow> goingOn = this::goOn;

    private int seenVersion = -1;

    /**
     * @param restarts what the fetcher is asked to fetch again
     * @param fetcherBell wakes a fetcher that waits for memory
     */
    WindowSchedule(ClusterView target, Windows windows, Mailbox<Restart> restarts, Doorbell fetcherBell) {
        this.target = target;
        this.windows = windows;
        this.restarts = restarts;
        this.fetcherBell = fetcherBell;
    }

    /** The window may have something to send: it gets its turn, unless it waits for it already. */
    void goOn(PartitionWindow window) {
        Pacing pacing = window.pacing();
        if (pacing.isQueued() || pacing.isRetrying() || window.isOver() || !window.hasUnsent()) {
            return;
        }
        pacing.queue();
        int leader = window.leader();
        if (leader < 0) {
            leaderless.add(window);
            target.refresh();
            tellWhyLeaderless(window);
        } else {
            queues.computeIfAbsent(leader, BrokerQueue::new).windows().add(window);
        }
    }

    private void tellWhyLeaderless(PartitionWindow window) {
        String cluster = target.connection().clusterName();
        Partition partition = window.partition();
        if (!target.isKnown()) {
            partition.publishTargetHealthIfChanged(
                    TargetTrouble.unreachable(cluster, whyNot("no bootstrap server answers")));
            return;
        }
        switch (window.topic().error()) {
            case NONE, OTHER -> partition.publishTargetHealthIfChanged(TargetTrouble.noLeader(partition));
            case MISSING ->
                partition.publishTargetHealthIfChanged(TargetTrouble.of(
                        cluster, partition, Fault.TARGET_TOPIC_MISSING, partition.position(), 0, "unknown topic"));
            case NOT_AUTHORIZED ->
                partition.publishTargetHealthIfChanged(TargetTrouble.of(
                        cluster,
                        partition,
                        Fault.TARGET_NOT_AUTHORIZED,
                        partition.position(),
                        0,
                        "DESCRIBE is denied"));
            case NOT_ASKED_YET -> {}
        }
    }

    /** Why a broker would not let us in, if it was that. */
    private String whyNot(String otherwise) {
        String denied = target.connection().lastAuthenticationError();
        return denied.isEmpty() ? otherwise : denied;
    }

    /** Tells the windows of a broker that it cannot be reached, those that have waited for so long. */
    void tellUnreachable(BrokerQueue queue, long waitedNanos, long nowNanos) {
        TargetBroker broker = queue.broker();
        if (broker.isToldLately(nowNanos)) {
            return;
        }
        broker.told(nowNanos);
        Health health = TargetTrouble.unreachable(
                target.connection().clusterName(), whyNot(target.unreachable(broker.nodeId())));
        for (PartitionWindow window : queue.windows()) {
            if (!window.pacing().hasProgressedSince(waitedNanos, nowNanos)) {
                window.partition().publishTargetHealthIfChanged(health);
            }
        }
    }

    /** The queues of all brokers. */
    Collection<BrokerQueue> queues() {
        return queues.values();
    }

    /** The queue of a broker; {@code null} when nothing was ever sent to it. */
    BrokerQueue queue(int nodeId) {
        return queues.get(nodeId);
    }

    /** After a refresh of the view: windows that were queued for a broker are queued for the one that leads now. */
    int followLeaders() {
        if (target.version() == seenVersion) {
            return 0;
        }
        seenVersion = target.version();
        for (BrokerQueue queue : queues.values()) {
            queue.windows().forEach(window -> window.pacing().leaveQueue());
            queue.windows().clear();
        }
        leaderless.forEach(window -> window.pacing().leaveQueue());
        leaderless.clear();
        windows.forEach(goingOn);
        return 1;
    }

    /** The same batches again, not before a time. */
    void retry(PartitionWindow window, long notBeforeNanos) {
        retries.add(window, notBeforeNanos);
    }

    /** Windows whose pause is over get their turn. */
    int retryDue(long nowNanos) {
        return retries.drain(goingOn, nowNanos);
    }

    /** How long the thread may wait before a window's pause is over. */
    long waitNanos(long mostNanos, long nowNanos) {
        return retries.waitNanos(mostNanos, nowNanos);
    }

    /** Nothing is held any more; everything from {@code offset} on is fetched again, not before a time. */
    void restart(PartitionWindow window, long offset, long notBeforeNanos) {
        restarts.put(window.restart(offset, notBeforeNanos));
    }

    /** What gave its memory back is fetched again now, not after its pause. */
    void fetchNow(PartitionWindow window, long nowNanos) {
        if (window.pacing().hasShed() && window.isEmpty()) {
            window.pacing().forgetSheds();
            restart(window, window.map().position(), nowNanos);
        }
    }

    /** The partition is written no more, so it need not be fetched either. */
    void park(PartitionWindow window, long nowNanos) {
        restart(window, window.map().position(), nowNanos + PARKED_NANOS);
    }

    /** The source's leader is asked again what it has, where it is read now; {@link Partition#freshnessAnswered} tells. */
    void askSource(PartitionWindow window) {
        restarts.put(window.question());
    }

    /** What is known of the target's leaders is out of date. */
    void refreshTarget() {
        target.refresh();
    }

    /** A broker answered a request, or never will: memory was given back. */
    void answered(int nodeId, int requestBytes, long tookMillis, long nowNanos) {
        queues.get(nodeId).broker().answered(requestBytes, tookMillis, nowNanos);
        fetcherBell.ring();
    }
}
