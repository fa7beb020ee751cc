package io.replicator.mirrormaker;

import io.replicator.agent.Interruption;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.Isolation;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/** Reads stretches of many partitions of one cluster at a time, as a consumer sees them. One thread. */
final class StretchReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    /** Brokers that send nothing for so long are taken for silent; longer than a quota delays an answer. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final MirrorCluster cluster;
    private final IsolationLevel isolation;
    private final Consumer<byte[], byte[]> consumer;

    /**
     * Opens a consumer.
     *
     * @throws UnavailableException when no bootstrap server has an address
     */
    StretchReader(MirrorCluster cluster, Isolation isolation) throws InterruptedException {
        this.cluster = cluster;
        this.isolation =
                isolation == Isolation.READ_COMMITTED ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
        this.consumer = asked(() -> cluster.consumer(isolation));
    }

    /**
     * Offsets of one partition.
     *
     * @param from the first
     * @param to behind the last
     * @param mostRecords so many records are enough
     */
    record Range(long from, long to, int mostRecords) {}

    /**
     * Where logs begin and end. One partition without a leader, or without a right, says nothing of the others.
     *
     * @param failures why some do not say
     */
    record Ends(
            Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends, Map<TopicPartition, String> failures) {
        long start(TopicPartition partition) {
            return starts.get(partition);
        }

        long end(TopicPartition partition) {
            return ends.get(partition);
        }
    }

    /**
     * What was read.
     *
     * @param failures why some partitions could not be read; what came of these does not count
     */
    record Read(Map<TopicPartition, Stretch> stretches, Map<TopicPartition, String> failures) {
        Stretch of(TopicPartition partition) {
            return stretches.get(partition);
        }
    }

    /** Where partitions begin, and where what a consumer sees ends. */
    Ends ends(Collection<TopicPartition> partitions) throws InterruptedException {
        ListOffsetsOptions seen = new ListOffsetsOptions(isolation);
        // Both are asked before either is waited for.
        ListOffsetsResult starts = cluster.admin().admin().listOffsets(all(partitions, OffsetSpec.earliest()), seen);
        ListOffsetsResult ends = cluster.admin().admin().listOffsets(all(partitions, OffsetSpec.latest()), seen);
        Ends found = new Ends(new HashMap<>(), new HashMap<>(), new HashMap<>());
        for (TopicPartition partition : partitions) {
            try {
                long start = offset(starts, partition);
                found.ends().put(partition, offset(ends, partition));
                found.starts().put(partition, start);
            } catch (UnavailableException failure) {
                found.failures().put(partition, failure.getMessage());
            }
        }
        return found;
    }

    private static Map<TopicPartition, OffsetSpec> all(Collection<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        partitions.forEach(partition -> all.put(partition, spec));
        return all;
    }

    private long offset(ListOffsetsResult answer, TopicPartition partition) throws InterruptedException {
        return cluster.admin()
                .await(answer.partitionResult(partition), "DESCRIBE", "topic " + partition.topic())
                .offset();
    }

    /**
     * Reads the records of each range.
     *
     * @throws UnavailableException when the cluster does not answer for a reason that names no partition
     */
    Read read(Map<TopicPartition, Range> ranges) throws InterruptedException {
        return asked(() -> {
            Read read = new Read(new HashMap<>(), new HashMap<>());
            ranges.keySet().forEach(partition -> read.stretches().put(partition, new Stretch()));
            Set<TopicPartition> open = new HashSet<>(ranges.keySet());
            open.removeIf(partition ->
                    ranges.get(partition).from() >= ranges.get(partition).to());
            // Partitions that stay assigned would stay paused as well.
            consumer.unsubscribe();
            consumer.assign(open);
            open.forEach(
                    partition -> consumer.seek(partition, ranges.get(partition).from()));
            long heardNanos = System.nanoTime();
            while (!open.isEmpty()) {
                if (take(ranges, read, open)) {
                    heardNanos = System.nanoTime();
                } else if (System.nanoTime() - heardNanos > SILENCE.toNanos()) {
                    giveUp(open, new TimeoutException("no record came within " + SILENCE), read);
                    open.clear();
                }
            }
            return read;
        });
    }

    /** Takes what came; true when something did. */
    private boolean take(Map<TopicPartition, Range> ranges, Read read, Set<TopicPartition> open) {
        boolean isMoved = false;
        for (ConsumerRecord<byte[], byte[]> record : poll(read, open)) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            Range range = ranges.get(partition);
            Stretch stretch = read.of(partition);
            if (record.offset() < range.to() && stretch.count() < range.mostRecords()) {
                stretch.add(record);
            }
            isMoved = true;
        }
        List<TopicPartition> finished = open.stream()
                .filter(partition -> read.of(partition).count()
                                >= ranges.get(partition).mostRecords()
                        || consumer.position(partition) >= ranges.get(partition).to())
                .toList();
        if (!finished.isEmpty()) {
            finished.forEach(open::remove);
            consumer.pause(finished);
            isMoved = true;
        }
        return isMoved;
    }

    /** Partitions of topics that may not be read are read no further. */
    private ConsumerRecords<byte[], byte[]> poll(Read read, Set<TopicPartition> open) {
        try {
            return consumer.poll(POLL);
        } catch (TopicAuthorizationException denied) {
            List<TopicPartition> closed = open.stream()
                    .filter(partition -> denied.unauthorizedTopics().contains(partition.topic()))
                    .toList();
            if (!closed.isEmpty()) {
                giveUp(closed, denied, read);
                closed.forEach(open::remove);
                consumer.assign(open);
            }
            return ConsumerRecords.empty();
        }
    }

    private void giveUp(Collection<TopicPartition> partitions, KafkaException why, Read read) {
        partitions.forEach(partition -> read.failures()
                .put(
                        partition,
                        cluster.admin()
                                .unavailable(why, "READ", "topic " + partition.topic())
                                .getMessage()));
    }

    private interface Question<T> {
        T ask();
    }

    private <T> T asked(Question<T> question) throws InterruptedException {
        try {
            return question.ask();
        } catch (InterruptException interrupted) {
            throw Interruption.of(interrupted);
        } catch (KafkaException failure) {
            throw cluster.admin().unavailable(failure, "READ", "the topics that MirrorMaker 2 copied");
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
