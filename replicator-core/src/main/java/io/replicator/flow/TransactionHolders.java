package io.replicator.flow;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;

/** Asks the source whose transactions hold partitions up. Used in calls of the clusters' queue. */
final class TransactionHolders {
    /** Whoever waits for longer does not count seconds. */
    private static final long LONG_SECONDS = TimeUnit.HOURS.toSeconds(1);

    private final FlowConfig flow;
    private final ClusterAdmin source;

    /** Whose transactions are open, by producer id, of one look. */
    private final Map<Long, String> known = new HashMap<>();

    TransactionHolders(FlowConfig flow, ClusterAdmin source) {
        this.flow = flow;
        this.source = source;
    }

    /**
     * Says of partitions what holds them up.
     *
     * @param held by source partition, the last stable offset, where the transaction begins
     */
    Map<TopicPartition, Health> health(Map<TopicPartition, Long> held) throws InterruptedException {
        known.clear();
        DescribeProducersResult answer = source.admin().describeProducers(held.keySet());
        Map<TopicPartition, Health> health = new HashMap<>();
        for (Map.Entry<TopicPartition, Long> each : held.entrySet()) {
            health.put(each.getKey(), health(each.getKey(), each.getValue(), answer));
        }
        return health;
    }

    private Health health(TopicPartition partition, long end, DescribeProducersResult answer)
            throws InterruptedException {
        String where = partition + ": a transaction on the source is open since offset " + end;
        String command =
                "kafka-transactions.sh --bootstrap-server " + flow.source().bootstrapServers()
                        + " abort --topic " + partition.topic() + " --partition " + partition.partition()
                        + " --start-offset " + end;
        String resumes = "it ends; if its producer is gone, end it: " + command;
        try {
            List<ProducerState> holders = new ArrayList<>();
            for (ProducerState state : source.await(
                            answer.partitionResult(partition), "READ", "topic " + partition.topic())
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
