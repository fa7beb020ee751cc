package io.replicator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulated partition takes and refuses what a broker's own code does, whatever is sent in whatever order. */
class SimulatedPartitionTest {
    private static final int RUNS = 300;
    private static final int STEPS = 200;
    private static final int EXPIRATION_MILLIS = 86_400_000;
    private static final short TRANSACTION_VERSION = 1;
    private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    @Test
    void shouldJudgeProducersAsABrokerDoes() throws IOException {
        for (int seed = 0; seed < RUNS; seed++) {
            compare(seed);
        }
    }

    private void compare(int seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        SimulatedTime time = new SimulatedTime(1);
        TopicPartition name = new TopicPartition("orders", seed);
        SimulatedPartition simulated = new SimulatedPartition("orders", Uuid.ZERO_UUID, seed, 0);
        ProducerStateManager broker = new ProducerStateManager(
                name,
                directory.toFile(),
                EXPIRATION_MILLIS,
                new ProducerStateManagerConfig(EXPIRATION_MILLIS, false),
                time);
        int[] next = new int[2];
        List<String> steps = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            int producer = random.nextInt(2);
            short epoch = (short) random.nextInt(1 + step / 40);
            int sequence = random.nextInt(3) > 0 ? next[producer] : random.nextInt(8);
            if (random.nextInt(6) == 0) {
                int coordinatorEpoch = random.nextInt(3);
                steps.add("marker " + producer + "/" + epoch + " of coordinator " + coordinatorEpoch);
                Errors expected = mark(broker, simulated.end, producer, epoch, coordinatorEpoch);
                Errors actual = simulated.mark(producer, epoch, false, coordinatorEpoch, time.milliseconds());
                assertThat(actual).as("seed %d: %s", seed, steps).isEqualTo(expected);
            } else if (random.nextInt(60) == 0) {
                steps.add("expires " + producer);
                simulated.expire(producer);
                broker = without(broker, name, producer, time);
            } else {
                int count = 1 + random.nextInt(3);
                steps.add("batch " + producer + "/" + epoch + " from " + sequence + " x" + count);
                SimulatedPartition.Verdict expected = produce(broker, simulated.end, producer, epoch, sequence, count);
                SimulatedPartition.Verdict actual = simulated.produce(batch(0, producer, epoch, sequence, count));
                assertThat(actual).as("seed %d: %s", seed, steps).isEqualTo(expected);
                if (actual.error() == Errors.NONE) {
                    next[producer] = sequence + count;
                }
            }
        }
    }

    private static MemoryRecords batch(long offset, long producer, short epoch, int sequence, int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = new SimpleRecord(1, VALUE);
        }
        return MemoryRecords.withIdempotentRecords(
                RecordBatch.CURRENT_MAGIC_VALUE, offset, Compression.NONE, producer, epoch, sequence, 0, records);
    }

    /** As {@code UnifiedLog} goes about it. */
    private static SimulatedPartition.Verdict produce(
            ProducerStateManager broker, long end, long producer, short epoch, int sequence, int count) {
        RecordBatch batch = batch(end, producer, epoch, sequence, count)
                .batches()
                .iterator()
                .next();
        Optional<BatchMetadata> repeated = broker.lastEntry(producer)
                .filter(entry -> entry.producerEpoch() == epoch)
                .flatMap(entry -> entry.batchMetadata().stream()
                        .filter(each ->
                                each.firstSeq() == batch.baseSequence() && each.lastSeq() == batch.lastSequence())
                        .findFirst());
        if (repeated.isPresent()) {
            return new SimulatedPartition.Verdict(Errors.NONE, repeated.get().firstOffset());
        }
        ProducerAppendInfo info = broker.prepareUpdate(producer, AppendOrigin.CLIENT);
        try {
            info.append(batch, Optional.empty());
        } catch (ApiException refused) {
            return SimulatedPartition.Verdict.of(Errors.forException(refused));
        }
        broker.update(info);
        return new SimulatedPartition.Verdict(Errors.NONE, end);
    }

    private static Errors mark(
            ProducerStateManager broker, long end, long producer, short epoch, int coordinatorEpoch) {
        EndTransactionMarker marker = new EndTransactionMarker(ControlRecordType.ABORT, coordinatorEpoch);
        ProducerAppendInfo info = broker.prepareUpdate(producer, AppendOrigin.COORDINATOR);
        try {
            var completed = info.appendEndTxnMarker(marker, epoch, end, 1, TRANSACTION_VERSION);
            broker.update(info);
            completed.ifPresent(broker::completeTxn);
            return Errors.NONE;
        } catch (ApiException refused) {
            return Errors.forException(refused);
        }
    }

    /** The same state, but for one producer's. */
    private ProducerStateManager without(
            ProducerStateManager broker, TopicPartition name, long expired, SimulatedTime time) throws IOException {
        ProducerStateManager left = new ProducerStateManager(
                name,
                directory.toFile(),
                EXPIRATION_MILLIS,
                new ProducerStateManagerConfig(EXPIRATION_MILLIS, false),
                time);
        for (ProducerStateEntry entry : broker.activeProducers().values()) {
            if (entry.producerId() != expired) {
                left.loadProducerEntry(entry);
            }
        }
        return left;
    }
}
