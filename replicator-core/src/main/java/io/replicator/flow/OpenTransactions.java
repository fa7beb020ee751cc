package io.replicator.flow;

import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.topics.TopicsPlan;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions on the source that do not end. Nothing behind the first record of one is committed, so its partition stands
 * still, for ever if the transaction hangs. Where the last stable offset has not moved for long while there are records
 * behind it, the source is asked whose transaction it is. Control thread.
 */
final class OpenTransactions implements ControlTask, Planning.FollowUp {
    private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);

    /** As long as Kafka's producers give a transaction that says nothing else. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The source is asked about so many partitions at a time; the others are asked about the next time. */
    private static final int MAX_ASKED = 100;

    private final boolean isWaitedFor;
    private final Supplier<List<Copy>> copies;
    private final TransactionHolders holders;
    private final CallQueue clusters;
    private final long patienceNanos;
    private final Map<TopicPartition, Stand> stands = new HashMap<>();
    private final PlannedLook look = new PlannedLook();

    /** Where a partition stands still, and when the source is to be asked why, as the process counts time. */
    private record Stand(long lastStableOffset, long askNanos) {}

    /**
     * @param copies all there are, now
     * @param holders used by calls alone
     * @param patience for how long a partition stands still before the source is asked
     */
    OpenTransactions(
            FlowConfig flow,
            Supplier<List<Copy>> copies,
            TransactionHolders holders,
            CallQueue clusters,
            Duration patience) {
        this.isWaitedFor = flow.isolation() == Isolation.READ_COMMITTED;
        this.copies = copies;
        this.holders = holders;
        this.clusters = clusters;
        this.patienceNanos = patience.toNanos();
    }

    @Override
    public String name() {
        return "open transactions";
    }

    @Override
    public void followed(TopicsPlan plan) {
        if (isWaitedFor) {
            look.want();
        }
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return look.dueInNanos();
    }

    /** Looks at all partitions; asks the source only about those that have stood still for long. */
    @Override
    public int turn(long nowNanos) {
        look.begin();
        List<Copy> all = copies.get();
        Map<Copy, Long> held = new HashMap<>();
        for (Copy copy : all) {
            Partition partition = copy.partition();
            if (!copy.isServed() || !standsStill(partition, nowNanos)) {
                stands.remove(partition.source());
                partition.publishTransactionHealthIfChanged(Health.RUNNING);
            } else if (isDue(partition, nowNanos) && held.size() < MAX_ASKED) {
                Stand stand = stands.get(partition.source());
                held.put(copy, stand.lastStableOffset());
                stands.put(partition.source(), new Stand(stand.lastStableOffset(), nowNanos + patienceNanos));
            }
        }
        stands.keySet()
                .retainAll(all.stream().map(copy -> copy.partition().source()).collect(Collectors.toSet()));
        if (!held.isEmpty()) {
            ask(held);
        }
        return 1;
    }

    /** Whether all is copied that is committed, and there is more behind it that is not, as the last time. */
    private boolean standsStill(Partition partition, long nowNanos) {
        long end = partition.sourceEnd();
        if (end < 0 || partition.highWatermark() <= end || partition.position() < end) {
            return false;
        }
        Stand stand = stands.get(partition.source());
        if (stand == null || stand.lastStableOffset() != end) {
            stands.put(partition.source(), new Stand(end, nowNanos + patienceNanos));
            partition.publishTransactionHealthIfChanged(Health.RUNNING);
        }
        return true;
    }

    private boolean isDue(Partition partition, long nowNanos) {
        return nowNanos - stands.get(partition.source()).askNanos() >= 0;
    }

    private void ask(Map<Copy, Long> held) {
        Map<TopicPartition, Long> partitions = new HashMap<>();
        held.forEach((copy, end) -> partitions.put(copy.partition().source(), end));
        clusters.ask(
                "whose transactions are open",
                now -> holders.health(partitions),
                look.asking((outcome, now) -> publish(held, outcome)));
    }

    private void publish(Map<Copy, Long> held, Outcome<Map<TopicPartition, Health>> outcome) {
        try {
            Map<TopicPartition, Health> found = outcome.orThrow();
            Set<Copy> now = Set.copyOf(copies.get());
            held.forEach((copy, end) -> {
                Partition partition = copy.partition();
                // One that has moved on, or ended, since is not held up by what was found.
                if (now.contains(copy) && partition.sourceEnd() == end) {
                    partition.publishTransactionHealthIfChanged(found.get(partition.source()));
                }
            });
        } catch (UnavailableException failure) {
            LOG.debug("the source does not say whose transactions are open; asked again", failure);
        }
    }
}
