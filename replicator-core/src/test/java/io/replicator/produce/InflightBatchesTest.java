package io.replicator.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.delivery.ProducerIdentity;
import io.replicator.partition.Partition;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class InflightBatchesTest {
    private static final int NODE = 3;
    private static final int RECORDS = 10;
    private static final int BYTES = 100;

    private final Partition partition =
            new Partition(new TopicPartition("orders", 0), Uuid.ZERO_UUID, "copy", Uuid.ZERO_UUID, 0, 0, -1, 1 << 20);
    private final ProducerIdentity identity = new ProducerIdentity(0, Optional.empty(), null, new SplittableRandom(1));
    private final InflightBatches inflight = new InflightBatches(partition, identity);
    private long nextOffset;
    private long targetEnd;
    private long nowNanos = TimeUnit.HOURS.toNanos(1);

    @Test
    void shouldGiveSequencesInOrder() {
        know();

        HeldBatch first = send(add());
        HeldBatch second = send(add());

        assertThat(first.baseSequence()).isEqualTo(RECORDS);
        assertThat(second.baseSequence()).isEqualTo(2 * RECORDS);
    }

    @Test
    void shouldHaveOnePlaceBeforeTheFirstAcknowledgementAndFiveAfterIt() {
        inflight.follow(1);
        assertThat(inflight.places(nowNanos)).isEqualTo(1);
        HeldBatch first = send(add());

        acknowledge(first);

        assertThat(inflight.places(nowNanos)).isEqualTo(5);
    }

    @Test
    void shouldHaveOnePlaceAgainAfterASecondWithoutAcknowledgement() {
        know();

        nowNanos += TimeUnit.SECONDS.toNanos(1);
        assertThat(inflight.places(nowNanos)).isEqualTo(5);
        nowNanos++;
        assertThat(inflight.places(nowNanos)).isEqualTo(1);
    }

    /** One that was refused for being out of order goes out again behind the one that caused it. */
    @Test
    void shouldSendInOrderAgainWhatWasRefusedOutOfOrder() {
        know();
        HeldBatch lost = send(add());
        HeldBatch behind = send(add());
        HeldBatch last = send(add());

        inflight.sendAgain(lost, true);
        assertThat(inflight.firstUnsent()).isSameAs(lost);
        assertThat(inflight.hasPlaceFor(lost, 5))
                .as("others behind it are on their way")
                .isFalse();
        assertThat(inflight.isBehindAnother(behind)).isTrue();
        inflight.sendAgain(behind, false);
        inflight.sendAgain(last, false);

        assertThat(inflight.hasPlaceFor(lost, 5)).isTrue();
        int sequence = lost.baseSequence();
        send(lost);
        assertThat(lost.baseSequence()).isEqualTo(sequence);
        assertThat(inflight.firstUnsent()).isSameAs(behind);
        send(behind);
        assertThat(behind.baseSequence()).isEqualTo(sequence + RECORDS);
    }

    @Test
    void shouldSendNothingBehindARefusedOne() {
        know();
        HeldBatch refused = send(add());
        add();

        inflight.refused(refused);

        assertThat(inflight.firstUnsent()).isNull();
        assertThat(inflight.refusedHead()).isSameAs(refused);
    }

    @Test
    void shouldSettleARefusedHeadOnlyWhenAllBehindItIsAnswered() {
        know();
        HeldBatch refused = send(add());
        HeldBatch behind = send(add());

        inflight.refused(refused);
        assertThat(inflight.refusedHead()).isNull();
        inflight.sendAgain(behind, false);

        assertThat(inflight.refusedHead()).isSameAs(refused);
    }

    @Test
    void shouldGiveTheSequenceOfADroppedHeadToTheNextOne() {
        know();
        HeldBatch refused = send(add());
        inflight.refused(refused);
        inflight.rewindSequence(refused);
        inflight.drop();

        HeldBatch next = send(add());

        assertThat(next.baseSequence()).isEqualTo(refused.baseSequence());
    }

    @Test
    void shouldNotTakeBackASequenceOfAnEarlierGrant() {
        know();
        HeldBatch refused = send(add());
        inflight.refused(refused);

        inflight.follow(2);
        inflight.rewindSequence(refused);
        inflight.drop();

        assertThat(send(add()).baseSequence()).isZero();
    }

    @Test
    void shouldGiveWaitingBatchesNewSequencesUnderANewGrant() {
        know();
        HeldBatch waiting = send(add());
        inflight.sendAgain(waiting, false);

        inflight.follow(2);

        assertThat(inflight.places(nowNanos)).isEqualTo(1);
        assertThat(inflight.send(waiting, NODE, nowNanos))
                .as("its header is written again")
                .isTrue();
        assertThat(waiting.baseSequence()).isZero();
        assertThat(waiting.grant()).isEqualTo(2);
    }

    @Test
    void shouldLeaveInOrder() {
        know();
        HeldBatch first = send(add());
        HeldBatch second = send(add());

        acknowledge(second);
        assertThat(inflight.takeAcknowledged()).isNull();
        acknowledge(first);

        assertThat(inflight.takeAcknowledged()).isSameAs(first);
        assertThat(inflight.takeAcknowledged()).isSameAs(second);
        assertThat(inflight.isEmpty()).isTrue();
    }

    @Test
    void shouldKnowTheFateOfABatchOnlyWhenEachTryOfItIsAnswered() {
        know();
        HeldBatch batch = send(add());
        assertThat(identity.hasUnresolved()).isTrue();

        inflight.sendAgain(batch, true);
        send(batch);
        inflight.sendAgain(batch, false);
        assertThat(identity.hasUnresolved())
                .as("the first try may have been written")
                .isTrue();
        batch.settleEarlierTries();
        send(batch);
        inflight.refused(batch);

        assertThat(identity.hasUnresolved()).isFalse();
    }

    @Test
    void shouldGiveBackOnlyWhatWasNeverSent() {
        know();
        HeldBatch sent = send(add());
        add();
        add();

        inflight.dropUnsent();

        assertThat(inflight.size()).isEqualTo(1);
        assertThat(inflight.nextOffset()).isEqualTo(sent.nextOffset());
        assertThat(partition.releasedBytes()).isEqualTo(3 * BYTES);
    }

    @Test
    void shouldDropOnHandBackWhatIsKnownNotToBeWritten() {
        know();
        HeldBatch unknown = send(add());
        HeldBatch unwritten = send(add());
        inflight.sendAgain(unknown, true);
        inflight.sendAgain(unwritten, false);

        inflight.dropUnwritten();

        assertThat(inflight.size()).isEqualTo(1);
        assertThat(inflight.firstUnsent()).isSameAs(unknown);
    }

    @Test
    void shouldSendToOneNodeAtATime() {
        know();
        HeldBatch batch = send(add());

        assertThat(inflight.maySendTo(NODE)).isTrue();
        assertThat(inflight.maySendTo(NODE + 1)).isFalse();
        inflight.sendAgain(batch, true);
        assertThat(inflight.maySendTo(NODE + 1)).isTrue();
    }

    @Test
    void shouldTakeOneAnswerToABatch() {
        know();
        HeldBatch batch = send(add());
        acknowledge(batch);

        assertThatThrownBy(() -> acknowledge(batch)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldBeginSequencesAgainAfterTheLargest() {
        inflight.follow(1);
        HeldBatch huge = held(Integer.MAX_VALUE);
        send(huge);
        acknowledge(huge);

        assertThat(send(held(1)).baseSequence()).isEqualTo(Integer.MAX_VALUE);
        assertThat(send(held(1)).baseSequence()).isZero();
    }

    /** The broker has acknowledged one batch. */
    private void know() {
        inflight.follow(1);
        acknowledge(send(add()));
        inflight.letGo(inflight.takeAcknowledged());
    }

    private HeldBatch add() {
        return held(RECORDS);
    }

    private HeldBatch held(int records) {
        SourceSpan span = new SourceSpan(nextOffset, nextOffset + records, 1, BYTES, nowNanos);
        HeldBatch batch = new HeldBatch(HeldBatch.Way.PASS, span, records, 0, null, null, ByteBuffer.allocate(BYTES));
        nextOffset += records;
        inflight.add(batch);
        return batch;
    }

    private HeldBatch send(HeldBatch batch) {
        inflight.send(batch, NODE, nowNanos);
        return batch;
    }

    private void acknowledge(HeldBatch batch) {
        inflight.acknowledged(batch, targetEnd, nowNanos);
        targetEnd += batch.recordCount();
    }
}
