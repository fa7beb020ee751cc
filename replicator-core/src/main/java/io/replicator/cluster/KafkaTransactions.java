package io.replicator.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.DescribeTransactionsResult;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Producers and transactions of a Kafka cluster. */
final class KafkaTransactions {
    private final KafkaAdmin admin;

    KafkaTransactions(KafkaAdmin admin) {
        this.admin = admin;
    }

    Answers<TopicPartition, List<ActiveProducer>> producers(Collection<TopicPartition> partitions)
            throws InterruptedException {
        if (partitions.isEmpty()) {
            return Answers.none();
        }
        DescribeProducersResult answer = admin.client().describeProducers(partitions);
        Map<TopicPartition, KafkaFuture<List<ActiveProducer>>> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(
                partition, answer.partitionResult(partition).thenApply(found -> found.activeProducers().stream()
                        .map(KafkaTransactions::producer)
                        .toList())));
        return admin.awaitEach(asked, "READ", partition -> "topic " + partition.topic());
    }

    private static ActiveProducer producer(ProducerState state) {
        return new ActiveProducer(state.producerId(), state.lastTimestamp(), state.currentTransactionStartOffset());
    }

    Optional<TransactionState> transactionOf(long producerId) throws InterruptedException {
        ListTransactionsOptions options = new ListTransactionsOptions().filterProducerIds(Set.of(producerId));
        return admin
                .await(
                        admin.client().listTransactions(options).all(),
                        "DESCRIBE",
                        "TransactionalId of producer id " + producerId)
                .stream()
                .findFirst()
                .map(KafkaTransactions::state);
    }

    private static TransactionState state(TransactionListing found) {
        return new TransactionState(
                found.transactionalId(), found.producerId(), found.state().toString(), OptionalLong.empty());
    }

    Answers<String, TransactionState> transactions(Collection<String> transactionalIds) throws InterruptedException {
        if (transactionalIds.isEmpty()) {
            return Answers.none();
        }
        DescribeTransactionsResult answer = admin.client().describeTransactions(transactionalIds);
        Map<String, KafkaFuture<TransactionState>> asked = new HashMap<>();
        transactionalIds.forEach(id -> asked.put(id, answer.description(id).thenApply(found -> state(id, found))));
        return admin.awaitEach(asked, "DESCRIBE", id -> "TransactionalId " + id);
    }

    private static TransactionState state(String id, TransactionDescription found) {
        return new TransactionState(id, found.producerId(), found.state().toString(), found.transactionStartTimeMs());
    }

    void prepare(String transactionalId) {
        admin.client().describeTransactions(List.of(transactionalId));
    }
}
