package io.replicator.flow;

import io.replicator.cluster.ActiveProducer;
import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.TransactionState;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/** Asks the source whose transactions hold partitions up. Used in calls of the clusters' queue. */
final class TransactionHolders {
    /** Whoever waits for longer does not count seconds. */
    private static final long LONG_SECONDS = TimeUnit.HOURS.toSeconds(1);

    private final FlowConfig flow;
    private final Cluster source;

    /** Whose transactions are open, by producer id, of one look. */
    private final Map<Long, String> known = new HashMap<>();

    TransactionHolders(FlowConfig flow, Cluster source) {
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
        Answers<TopicPartition, List<ActiveProducer>> answer = source.producers(held.keySet());
        Map<TopicPartition, Health> health = new HashMap<>();
        for (Map.Entry<TopicPartition, Long> each : held.entrySet()) {
            health.put(each.getKey(), health(each.getKey(), each.getValue(), answer));
        }
        return health;
    }

    private Health health(TopicPartition partition, long end, Answers<TopicPartition, List<ActiveProducer>> answer)
            throws InterruptedException {
        String where = partition + ": a transaction on the source is open since offset " + end;
        String command =
                "kafka-transactions.sh --bootstrap-server " + flow.source().bootstrapServers()
                        + " abort --topic " + partition.topic() + " --partition " + partition.partition()
                        + " --start-offset " + end;
        String resumes = "it ends; if its producer is gone, end it: " + command;
        try {
            List<ActiveProducer> holders = answer.of(partition).orElse(List.of()).stream()
                    .filter(producer -> producer.transactionStartOffset().orElse(Long.MAX_VALUE) <= end)
                    .toList();
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
    private String words(ActiveProducer holder) throws InterruptedException {
        Instant last = Instant.ofEpochMilli(holder.lastTimestampMillis()).truncatedTo(ChronoUnit.SECONDS);
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
            Optional<TransactionState> found = source.transactionOf(producerId);
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
            OptionalLong start = source.transactions(List.of(transactionalId))
                    .of(transactionalId)
                    .map(TransactionState::startMillis)
                    .orElse(OptionalLong.empty());
            return start.isPresent() ? since(start.getAsLong(), System.currentTimeMillis()) : "";
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
