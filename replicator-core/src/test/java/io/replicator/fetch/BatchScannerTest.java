package io.replicator.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.batch.BatchHeader;
import io.replicator.measure.FetchMeasures;
import io.replicator.partition.LeaderEpochs;
import io.replicator.partition.Partition;
import io.replicator.ring.BatchRing;
import io.replicator.ring.BatchSlot;
import io.replicator.wire.ReceiveBuffer;
import io.replicator.wire.ReceivePool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;

class BatchScannerTest {
    private static final int LEADER_EPOCH_AT = 12;

    private final ReceivePool pool = new ReceivePool(1 << 20);
    private final ByteBuffer batches = ByteBuffer.allocate(1 << 16);
    private final PartitionCursor cursor = new PartitionCursor(
            3,
            new Partition(
                    new TopicPartition("orders", 0), Uuid.ZERO_UUID, "orders", Uuid.ZERO_UUID, 0, 10, -1, 1 << 20),
            null);

    /** Of the leader that writes what is put. */
    private int epoch;

    /** What came out of the ring, in words. */
    private final List<String> out = new ArrayList<>();

    @Test
    void shouldHandOnWhatIsWantedAndSayWhatIsLeftOut() {
        data(8, 9);
        data(10, 11, 12);
        marker(13);
        data(14, 16);
        marker(17);
        BatchRing ring = new BatchRing(64);

        boolean isThrough = scan(ring, filled());
        drain(ring);

        assertThat(isThrough).isTrue();
        assertThat(out).containsExactly("WHOLE 10-13", "ADVANCE 13-14", "REBUILD 14-17", "ADVANCE 17-18");
        assertThat(cursor.offset).isEqualTo(18);
    }

    @Test
    void shouldNoteWhichLeaderWroteWhat() {
        epoch = 3;
        data(8, 9, 10);
        data(11);
        epoch = 5;
        marker(12);
        data(15);
        BatchRing ring = new BatchRing(64);

        scan(ring, filled());

        assertThat(cursor.partition.leaderEpochs())
                .isEqualTo(LeaderEpochs.NONE.with(3, 10).with(5, 12));
        assertThat(cursor.lastEpoch()).isEqualTo(5);

        cursor.moveTo(12);
        assertThat(cursor.lastEpoch()).isEqualTo(3);
        cursor.moveTo(20);
        assertThat(cursor.lastEpoch()).isEqualTo(LeaderEpochs.UNKNOWN);
    }

    @Test
    void shouldRebuildABatchThatBeginsBelowTheCursor() {
        data(8, 9, 10, 11);
        BatchRing ring = new BatchRing(64);

        scan(ring, filled());
        drain(ring);

        assertThat(out).containsExactly("REBUILD 10-12");
    }

    @Test
    void shouldLoseNothingWhenTheRingIsFullInBetween() {
        for (long offset = 10; offset < 40; offset += 3) {
            data(offset, offset + 1);
            marker(offset + 2);
        }
        BatchRing ring = new BatchRing(4);
        Remainder remainder = filled();

        int scans = 1;
        while (!scan(ring, remainder)) {
            drain(ring);
            scans++;
        }
        drain(ring);

        assertThat(scans).isGreaterThan(3);
        long next = 10;
        for (String slot : out) {
            String[] range = slot.substring(slot.indexOf(' ') + 1).split("-", -1);
            assertThat(Long.parseLong(range[0])).isEqualTo(next);
            next = Long.parseLong(range[1]);
        }
        assertThat(next).isEqualTo(40);
    }

    @Test
    void shouldStopAtAnOffsetThatWouldHideTheNextBatch() {
        data(10, 11);
        data(12, 13);
        batches.putLong(0, 12);
        BatchRing ring = new BatchRing(64);

        scan(ring, filled());
        drain(ring);

        assertThat(out).isEmpty();
    }

    @Test
    void shouldStopAtABatchThatOnlySeemsToHoldNothing() {
        data(10, 11);
        batches.putInt(BatchHeader.SIZE - Integer.BYTES, 0);
        BatchScanner scanner = new BatchScanner(new BatchRing(64), true, new FetchMeasures());

        scanner.scan(filled());

        assertThat(scanner.corruptAt()).isEqualTo(10);
        assertThat(cursor.offset).isEqualTo(10);
    }

    private boolean scan(BatchRing ring, Remainder remainder) {
        return new BatchScanner(ring, true, new FetchMeasures()).scan(remainder);
    }

    private void drain(BatchRing ring) {
        ring.poll(slot -> {
            out.add(slot.kind + " " + slot.fromOffset + "-" + slot.nextOffset);
            assertThat(slot.laneIndex).isEqualTo(3);
            assertThat(slot.buffer == null).isEqualTo(slot.kind == BatchSlot.Kind.ADVANCE);
            return true;
        });
    }

    private Remainder filled() {
        ByteBuffer all = batches.duplicate().flip();
        ReceiveBuffer buffer = pool.take(all.remaining());
        buffer.bytes().put(0, all, 0, all.remaining());
        Remainder remainder = new Remainder(new AbortedTransactions());
        remainder.fill(cursor, buffer, buffer.bytes(), 0);
        return remainder;
    }

    private void data(long... offsets) {
        try (MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(4_096),
                RecordBatch.MAGIC_VALUE_V2,
                Compression.NONE,
                TimestampType.CREATE_TIME,
                offsets[0])) {
            for (long offset : offsets) {
                builder.appendWithOffset(offset, 1_000L, null, new byte[] {1});
            }
            put(builder.build().buffer());
        }
    }

    private void marker(long offset) {
        MemoryRecords marker = MemoryRecords.withEndTransactionMarker(
                offset, 1_000L, 0, 7L, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0));
        put(marker.buffer());
    }

    private void put(ByteBuffer batch) {
        batch.putInt(LEADER_EPOCH_AT, epoch);
        batches.put(batch);
    }
}
