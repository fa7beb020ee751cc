package io.replicator.flow;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;

/**
 * Transactions on the source that do not end. Nothing behind the first record of one is committed, so its partition stands
 * still, for ever if the transaction hangs. Where the last stable offset has not moved for long while there are records
 * behind it, the source is asked whose transaction it is. Control thread.
 */
final class OpenTransactions {
    /** As long as Kafka's producers give a transaction that says nothing else. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The source is asked about so many partitions at a time; the others are asked about the next time. */
    private static final int MAX_ASKED = 100;

    /** Whoever waits for longer does not count seconds. */
    private static final long LONG_SECONDS = TimeUnit.HOURS.toSeconds(1);

    private final FlowConfig flow;
    private final ClusterAdmin source;
    private final long patienceNanos;
    private final Map<TopicPartition, Stand> stands = new HashMap<>();

    /** Whose transactions are open, by producer id, of one look. */
    private final Map<Long, String> known = new HashMap<>();

    /** Where a partition stands still, and when the source is to be asked why, as the process counts time. */
    private record Stand(long lastStableOffset, long askNanos) {}

    OpenTransactions(FlowConfig flow, ClusterAdmin source, Duration patience) {
        this.flow = flow;
        this.source = source;
        this.patienceNanos = patience.toNanos();
    }

    /** Looks at all partitions; asks the source only about those that have stood still for long. */
    void look(Collection<Copy> copies, long nowNanos) throws InterruptedException {
        if (flow.isolation() == Isolation.READ_UNCOMMITTED) {
            return;
        }
        Map<TopicPartition, Partition> held = new HashMap<>();
        for (Copy copy : copies) {
            Partition partition = copy.partition();
            if (copy.laneIndex() < 0 || !standsStill(partition, nowNanos)) {
                stands.remove(partition.source());
                partition.publishTransactionHealthIfChanged(Health.RUNNING);
            } else if (isDue(partition, nowNanos) && held.size() < MAX_ASKED) {
                held.put(partition.source(), partition);
                stands.put(partition.source(), new Stand(partition.sourceEnd(), nowNanos + patienceNanos));
            }
        }
        stands.keySet()
                .retainAll(
                        copies.stream().map(copy -> copy.partition().source()).collect(Collectors.toSet()));
        if (!held.isEmpty()) {
            tell(held);
        }
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

    private void tell(Map<TopicPartition, Partition> held) throws InterruptedException {
        known.clear();
        DescribeProducersResult answer = source.admin().describeProducers(held.keySet());
        for (Map.Entry<TopicPartition, Partition> each : held.entrySet()) {
            each.getValue().publishTransactionHealthIfChanged(health(each.getValue(), answer));
        }
    }

    private Health health(Partition partition, DescribeProducersResult answer) throws InterruptedException {
        long end = partition.sourceEnd();
        String where = partition + ": a transaction on the source is open since offset " + end;
        String command =
                "kafka-transactions.sh --bootstrap-server " + flow.source().bootstrapServers()
                        + " abort --topic " + partition.source().topic() + " --partition " + partition.number()
                        + " --start-offset " + end;
        String resumes = "it ends; if its producer is gone, end it: " + command;
        try {
            List<ProducerState> holders = new ArrayList<>();
            for (ProducerState state : source.await(
                            answer.partitionResult(partition.source()),
                            "READ",
                            "topic " + partition.source().topic())
                    .activeProducers()) {
                if (state.currentTransactionStartOffset().isPresent()
                        && state.currentTransactionStartOffset().getAsLong() <= end) {
                    holders.add(state);
                }
            }
            if (holders.isEmpty()) {
                return new Health(PartitionState.WAITING, where + "; its producer is no longer known there", resumes);
            }
            return new Health(PartitionState.WAITING, where + ", " + words(holders.get(0)), resumes);
        } catch (UnavailableException unknown) {
            return new Health(
                    PartitionState.WAITING, where + "; whose it is cannot be seen: " + unknown.getMessage(), resumes);
        }
    }

    /** The one that has been open for longest comes first in the log, and is the one that holds the others up. */
    private String words(ProducerState holder) throws InterruptedException {
        Instant last = Instant.ofEpochMilli(holder.lastTimestamp()).truncatedTo(ChronoUnit.SECONDS);
        return "of producer id " + holder.producerId() + " (" + transactionalId(holder.producerId())
                + "), which wrote there last at " + last;
    }

    private String transactionalId(long producerId) throws InterruptedException {
        String words = known.get(producerId);
        if (words == null) {
            words = askTransactionalId(producerId);
            known.put(producerId, words);
        }
        return words;
    }

    private String askTransactionalId(long producerId) throws InterruptedException {
        try {
            Optional<TransactionListing> found = source
                    .await(
                            source.admin()
                                    .listTransactions(
                                            new ListTransactionsOptions().filterProducerIds(Set.of(producerId)))
                                    .all(),
                            "DESCRIBE",
                            "TransactionalId of producer id " + producerId)
                    .stream()
                    .findFirst();
            return found.isEmpty()
                    ? "its transactional id is not known, or DESCRIBE on TransactionalId is denied"
                    : "transactional id " + found.get().transactionalId() + ", "
                            + found.get().state()
                            + since(found.get().transactionalId());
        } catch (UnavailableException unknown) {
            return "its transactional id cannot be seen: " + unknown.getMessage();
        }
    }

    /** Since when the transaction is open; nothing where its coordinator does not say. */
    private String since(String transactionalId) throws InterruptedException {
        try {
            TransactionDescription found = source.await(
                    source.admin()
                            .describeTransactions(List.of(transactionalId))
                            .description(transactionalId),
                    "DESCRIBE",
                    "TransactionalId " + transactionalId);
            return found.transactionStartTimeMs().isPresent()
                    ? since(found.transactionStartTimeMs().getAsLong(), System.currentTimeMillis())
                    : "";
        } catch (UnavailableException unknown) {
            return "";
        }
    }

    /** The coordinator's clock and ours may differ. */
    static String since(long startMillis, long nowMillis) {
        long seconds = Math.max(0, TimeUnit.MILLISECONDS.toSeconds(nowMillis - startMillis));
        Instant start = Instant.ofEpochMilli(startMillis).truncatedTo(ChronoUnit.SECONDS);
        Duration open = seconds < LONG_SECONDS ? Duration.ofSeconds(seconds) : Duration.ofMinutes(seconds / 60);
        return ", open since " + start + ", for "
                + open.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }
}
