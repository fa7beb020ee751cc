package io.replicator.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import io.replicator.delivery.Grant;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.measure.ProduceMeasures;
import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Fault;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.partition.Restart;
import io.replicator.produce.PartitionWindow.OpenTransaction;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ConnectionFactory;
import io.replicator.wire.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of one partition's batches, answer by answer; no broker is there. */
class ProduceOutcomesTest {
    private static final int NODE = 1;
    private static final long TIME_MILLIS = 1_790_000_000_000L;

    private final ClusterView target = ConnectionFactory.over(
            new Transport(null, Optional.empty(), new ManualMetadataUpdater(), Time.SYSTEM, new SplittableRandom(1)),
            "west",
            List.of(),
            1_000);
    private final Mailbox<Restart> restarts = new Mailbox<>(new Doorbell(() -> {}));
    private final Windows windows = new Windows();
    private final WindowSchedule schedule = new WindowSchedule(target, windows, restarts, new Doorbell(() -> {}));
    private final ProduceMeasures measures = new ProduceMeasures();
    private final Partition partition =
            new Partition(new TopicPartition("orders", 0), Uuid.ZERO_UUID, "copy", Uuid.ZERO_UUID, 0, 0, -1, 1 << 20);
    private long nowNanos = TimeUnit.HOURS.toNanos(1);
    private final ProduceOutcomes outcomes =
            new ProduceOutcomes("west", schedule, measures, TimeUnit.MILLISECONDS.toNanos(TIME_MILLIS) - nowNanos);
    private final Aborted transaction = new Aborted();
    private ProducerIdentity identity;
    private PartitionWindow window;
    private long nextOffset;

    /** A transaction that remembers why it was aborted. */
    private static final class Aborted implements OpenTransaction {
        private String why = "";

        @Override
        public String id() {
            return "replicator.test.0";
        }

        @Override
        public boolean admits(PartitionWindow any) {
            return true;
        }

        @Override
        public boolean findsOut() {
            return true;
        }

        @Override
        public void sent(int batchBytes) {}

        @Override
        public void abort(String reason, long now) {
            why = reason;
        }

        @Override
        public boolean isHeldUp(long now, long sinceNanos) {
            return false;
        }
    }

    private void open(DeliveryMode mode) {
        identity = new ProducerIdentity(
                0,
                mode.isFenced() ? Optional.of("replicator.test.0") : Optional.empty(),
                null,
                new SplittableRandom(1));
        identity.granted(7, (short) 1, false, nowNanos);
        identity.registered(new Grant(0, 7, (short) 1), Set.of(7L));
        window = new PartitionWindow(
                0,
                partition,
                target.topic("copy"),
                new OffsetMap(0, 0),
                new PendingBatch.Stock(),
                identity,
                mode,
                mode.isTransactional() ? transaction : null,
                nowNanos);
        if (mode.isFenced()) {
            window.open();
        }
        windows.add(window);
    }

    private SentBatch send(int records) {
        SimpleRecord[] all = new SimpleRecord[records];
        Arrays.setAll(all, i -> new SimpleRecord(TIME_MILLIS, null, new byte[] {(byte) i}));
        ByteBuffer bytes = MemoryRecords.withRecords(Compression.NONE, all).buffer();
        SourceSpan span = new SourceSpan(nextOffset, nextOffset + records, 1, bytes.remaining(), nowNanos);
        HeldBatch batch = new HeldBatch(HeldBatch.Way.PASS, span, records, TIME_MILLIS, null, null, bytes);
        nextOffset += records;
        window.inflight().follow(identity.grants());
        window.inflight().add(batch);
        return send(batch);
    }

    private SentBatch send(HeldBatch batch) {
        window.send(batch, NODE, nowNanos);
        return new SentBatch(window, batch);
    }

    private List<Restart> restarts() {
        List<Restart> all = new ArrayList<>();
        restarts.drain(all::add, 100);
        return all;
    }

    @ParameterizedTest
    @EnumSource(DeliveryMode.class)
    void shouldMoveThePositionInOrder(DeliveryMode mode) {
        open(mode);
        SentBatch first = send(3);
        SentBatch second = send(2);

        outcomes.acknowledged(second, 103, nowNanos);
        assertThat(partition.position()).isZero();
        outcomes.acknowledged(first, 100, nowNanos);

        assertThat(partition.position()).isEqualTo(mode.isTransactional() ? 0 : 5);
        outcomes.committed(window, nowNanos);
        assertThat(partition.position()).isEqualTo(5);
        assertThat(partition.targetEnd()).isEqualTo(105);
        assertThat(partition.records()).isEqualTo(5);
        assertThat(measures.passedBatches.value()).isEqualTo(2);
        assertThat(identity.hasUnresolved()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {
                "TARGET_UNREACHABLE",
                "TARGET_LEADER_MOVED",
                "TARGET_BROKER_ERROR",
                "TARGET_TIMED_OUT",
                "TARGET_LOST_REPLICAS",
                "TARGET_STORAGE_ERROR"
            })
    void shouldSendAgainWithTheSameSequence(Fault fault) {
        open(DeliveryMode.FENCED);
        SentBatch sent = send(3);

        outcomes.refused(sent, fault, "why", nowNanos);

        assertThat(sent.batch().state()).isEqualTo(HeldBatch.State.WAITING);
        assertThat(sent.batch().mayBeWritten()).isTrue();
        assertThat(sent.batch().baseSequence()).isZero();
        assertThat(window.pacing().isRetrying()).isTrue();
        assertThat(window.phase()).isEqualTo(WindowPhase.OPEN);
        assertThat(restarts()).isEmpty();
        assertThat(partition.targetHealth().state()).isEqualTo(PartitionState.RUNNING);
    }

    @Test
    void shouldSayWhyItWaitsWhenItHasWaitedForAWhile() {
        open(DeliveryMode.FENCED);
        SentBatch sent = send(3);
        outcomes.refused(sent, Fault.TARGET_STORAGE_ERROR, "KAFKA_STORAGE_ERROR", nowNanos);

        nowNanos += TimeUnit.MILLISECONDS.toNanos(1_001);
        outcomes.refused(send(sent.batch()), Fault.TARGET_STORAGE_ERROR, "KAFKA_STORAGE_ERROR", nowNanos);

        assertThat(partition.targetHealth().state()).isEqualTo(PartitionState.WAITING);
        assertThat(partition.targetHealth().reason()).contains("KAFKA_STORAGE_ERROR");
        outcomes.acknowledged(send(sent.batch()), 100, nowNanos);
        assertThat(partition.targetHealth().state()).isEqualTo(PartitionState.RUNNING);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {
                "TARGET_LACKS_REPLICAS",
                "TARGET_TOPIC_MISSING",
                "TARGET_NOT_AUTHORIZED",
                "RECORD_TOO_LARGE",
                "RECORD_REFUSED",
                "UNEXPECTED"
            })
    void shouldStopAndBeginAgainAtItsPosition(Fault fault) {
        open(DeliveryMode.FENCED);
        outcomes.acknowledged(send(3), 100, nowNanos);
        SentBatch sent = send(1);

        outcomes.refused(sent, fault, "why", nowNanos);

        assertThat(partition.targetHealth().state()).isIn(PartitionState.FAILED, PartitionState.WAITING);
        assertThat(window.isEmpty()).isTrue();
        assertThat(restarts()).containsExactly(new Restart(0, 1, 3, nowNanos + TimeUnit.SECONDS.toNanos(1)));
        assertThat(send(1).batch().baseSequence())
                .as("the broker took none from there on")
                .isEqualTo(3);
    }

    @Test
    void shouldTrySmallerBatchesWhenTheTargetTakesLess() {
        open(DeliveryMode.FENCED);
        SentBatch sent = send(10);

        outcomes.refused(sent, Fault.RECORD_TOO_LARGE, "RECORD_TOO_LARGE", nowNanos);

        assertThat(partition.targetHealth().state()).isEqualTo(PartitionState.RUNNING);
        assertThat(restarts()).containsExactly(new Restart(0, 1, 0, nowNanos));
    }

    @Test
    void shouldFetchABatchAgainThatBrokeOnItsWay() {
        open(DeliveryMode.FENCED);

        outcomes.refused(send(3), Fault.TARGET_BATCH_CORRUPT, "CORRUPT_MESSAGE", nowNanos);

        assertThat(partition.targetHealth().state()).isEqualTo(PartitionState.RUNNING);
        assertThat(restarts()).hasSize(1);
    }

    @Test
    void shouldStopWhenTheSourceHasABatchThatIsCorruptTwice() {
        open(DeliveryMode.FENCED);
        for (int time = 0; time < 2; time++) {
            nextOffset = 0;
            SentBatch sent = send(3);
            sent.bytes().put(sent.bytes().limit() - 2, (byte) 99);
            outcomes.refused(sent, Fault.TARGET_BATCH_CORRUPT, "CORRUPT_MESSAGE", nowNanos);
        }

        assertThat(partition.targetHealth().state()).isEqualTo(PartitionState.FAILED);
        assertThat(partition.targetHealth().reason()).contains("corrupt");
    }

    @Test
    void shouldWaitBehindTheOneThatIsMissing() {
        open(DeliveryMode.FENCED);
        SentBatch lost = send(3);
        SentBatch behind = send(2);

        outcomes.refused(behind, Fault.SEQUENCE_LOST, "OUT_OF_ORDER_SEQUENCE_NUMBER", nowNanos);

        assertThat(behind.batch().state()).isEqualTo(HeldBatch.State.WAITING);
        assertThat(behind.batch().mayBeWritten()).isFalse();
        assertThat(identity.isGranted()).isTrue();
        assertThat(lost.batch().state()).isEqualTo(HeldBatch.State.SENT);
    }

    /** The broker may have forgotten that it has the batch: the target tells. */
    @Test
    void shouldReadTheTargetWhenTheFirstOneIsOutOfOrder() {
        open(DeliveryMode.FENCED);
        SentBatch first = send(3);
        SentBatch second = send(2);

        outcomes.refused(first, Fault.SEQUENCE_LOST, "OUT_OF_ORDER_SEQUENCE_NUMBER", nowNanos);
        assertThat(window.phase()).isEqualTo(WindowPhase.UNSURE);
        assertThat(identity.isGranted()).isTrue();
        outcomes.refused(second, Fault.TARGET_UNREACHABLE, "no answer", nowNanos);

        assertThat(window.phase()).isEqualTo(WindowPhase.TO_BE_READ);
        assertThat(identity.isGranted()).isFalse();
        assertThat(identity.hasUnresolved()).isFalse();
        assertThat(restarts()).containsExactly(new Restart(0, 1, 0, nowNanos));
    }

    @ParameterizedTest
    @EnumSource(
            value = DeliveryMode.class,
            names = {"ANONYMOUS", "TRANSACTIONAL"})
    void shouldTakeANewEpochWhenTheFirstOneIsOutOfOrder(DeliveryMode mode) {
        open(mode);
        SentBatch sent = send(3);

        outcomes.refused(sent, Fault.SEQUENCE_LOST, "OUT_OF_ORDER_SEQUENCE_NUMBER", nowNanos);

        assertThat(window.phase()).isEqualTo(WindowPhase.OPEN);
        assertThat(sent.batch().state()).isEqualTo(HeldBatch.State.WAITING);
        assertThat(identity.isGranted()).isFalse();
        assertThat(identity.hasUnresolved()).isFalse();
    }

    @Test
    void shouldReadTheTargetWhenASecondTryIsRefusedForGood() {
        open(DeliveryMode.FENCED);
        SentBatch sent = sendTwice();

        outcomes.refused(sent, Fault.TARGET_NOT_AUTHORIZED, "denied", nowNanos);

        assertThat(window.phase()).isEqualTo(WindowPhase.TO_BE_READ);
    }

    @Test
    void shouldAbortWhenASecondTryIsRefusedForGoodInATransaction() {
        open(DeliveryMode.TRANSACTIONAL);
        SentBatch sent = sendTwice();

        outcomes.refused(sent, Fault.TARGET_NOT_AUTHORIZED, "denied", nowNanos);

        assertThat(transaction.why).isEqualTo("denied");
        assertThat(sent.batch().mayBeWritten()).isTrue();
    }

    @Test
    void shouldSendAgainAtLeastOnceWhenASecondTryIsRefusedForGood() {
        open(DeliveryMode.ANONYMOUS);
        SentBatch sent = sendTwice();

        outcomes.refused(sent, Fault.TARGET_NOT_AUTHORIZED, "denied", nowNanos);
        assertThat(sent.batch().state()).isEqualTo(HeldBatch.State.WAITING);
        for (int failures = sent.batch().failures(); failures <= 5; failures++) {
            outcomes.refused(send(sent.batch()), Fault.TARGET_NOT_AUTHORIZED, "denied", nowNanos);
        }

        assertThat(window.isEmpty()).isTrue();
        assertThat(partition.targetHealth().state()).isEqualTo(PartitionState.FAILED);
    }

    private SentBatch sendTwice() {
        SentBatch sent = send(3);
        outcomes.refused(sent, Fault.TARGET_UNREACHABLE, "no answer", nowNanos);
        return send(sent.batch());
    }

    @Test
    void shouldAbortWhenTheTransactionIsNotWhatItIsTakenFor() {
        open(DeliveryMode.TRANSACTIONAL);
        SentBatch sent = send(3);

        outcomes.refused(sent, Fault.TRANSACTION_LOST, "INVALID_TXN_STATE", nowNanos);

        assertThat(transaction.why).isEqualTo("INVALID_TXN_STATE");
        assertThat(sent.batch().mayBeWritten()).isFalse();
    }

    @Test
    void shouldGiveUpTheShardWhenItIsFenced() {
        open(DeliveryMode.FENCED);

        outcomes.refused(send(3), Fault.FENCED, "INVALID_PRODUCER_EPOCH", nowNanos);

        assertThat(identity.isTaken()).isTrue();
        assertThat(partition.targetHealth().reason()).contains("shard 0");
        assertThat(restarts()).singleElement().satisfies(restart -> assertThat(restart.notBeforeNanos() - nowNanos)
                .isGreaterThan(TimeUnit.DAYS.toNanos(1_000)));
    }

    @Test
    void shouldHaltWhenTheTargetWritesBelowItsEnd() {
        open(DeliveryMode.FENCED);
        outcomes.acknowledged(send(3), 100, nowNanos);

        outcomes.acknowledged(send(2), 50, nowNanos);

        assertThat(window.isOver()).isTrue();
        assertThat(partition.position()).isEqualTo(3);
        assertThat(partition.targetHealth().state()).isEqualTo(PartitionState.FAILED);
        Map<Fault, Long> counts = new EnumMap<>(Fault.class);
        measures.faults.addTo(counts);
        assertThat(counts.get(Fault.TARGET_TRUNCATED)).isOne();
    }

    @Test
    void shouldDropWhatIsAnsweredAfterTheWindowIsOver() {
        open(DeliveryMode.FENCED);
        SentBatch first = send(3);
        SentBatch second = send(3);
        window.end();
        assertThat(window.isEmpty()).isFalse();

        outcomes.acknowledged(first, 100, nowNanos);
        outcomes.refused(second, Fault.TARGET_UNREACHABLE, "no answer", nowNanos);

        assertThat(window.isEmpty()).isTrue();
        assertThat(identity.hasUnresolved()).isFalse();
        assertThat(partition.position()).isZero();
    }

    @Test
    void shouldNotSendAgainWhatTheBrokerMayHaveForgotten() {
        open(DeliveryMode.FENCED);
        SentBatch sent = send(3);
        outcomes.refused(sent, Fault.TARGET_UNREACHABLE, "no answer", nowNanos);

        assertThat(outcomes.mayBeForgotten(window, sent.batch(), nowNanos)).isFalse();
        nowNanos += TimeUnit.HOURS.toNanos(1) + 1;

        assertThat(outcomes.mayBeForgotten(window, sent.batch(), nowNanos)).isTrue();
        outcomes.unsure(window, nowNanos);
        assertThat(window.phase()).isEqualTo(WindowPhase.TO_BE_READ);
    }
}
