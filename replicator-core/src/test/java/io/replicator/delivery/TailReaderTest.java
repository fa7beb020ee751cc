package io.replicator.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.batch.RecordHashes;
import io.replicator.offsets.OffsetMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TailReaderTest {
    private static final long OURS = 7;
    private static final long FORMER = 5;
    private static final long OTHER = 99;
    private static final int EPOCH = 3;

    private final TargetLog log = new TargetLog(100);
    private TailReader reader = readerOf(new OffsetMap(0, 100));

    private static TailReader readerOf(OffsetMap map) {
        return new TailReader(map, new Grant(0, OURS, (short) EPOCH), Set.of(OURS, FORMER), new RecordHashes());
    }

    @Test
    void shouldReadWhatTheShardsProducersWroteUpToTheMarkerOfTheGrant() {
        log.write(FORMER, 0, "a", "b").write(OTHER, 0, "x").write(OURS, 2, "c").mark(OURS, EPOCH, false);
        log.write(OURS, EPOCH, "not ours to find");

        assertThat(reader.read(log.bytes())).isTrue();

        assertThat(reader.tail().records()).isEqualTo(3);
        assertThat(reader.tail().segments()).isEqualTo(2);
        assertThat(reader.tail().offset(1)).isEqualTo(103);
        assertThat(reader.to()).isEqualTo(105);
        assertThat(reader.tail().isCountable()).isTrue();
    }

    @Test
    void shouldReadOnAsLongAsTheMarkerIsNotThere() {
        log.write(OURS, 2, "a").mark(OURS, 2, false).mark(OTHER, EPOCH, false);

        assertThat(reader.read(log.bytes())).isFalse();
        assertThat(reader.offset()).isEqualTo(103);
        assertThat(reader.to()).isEqualTo(-1);

        assertThat(reader.read(new TargetLog(103).mark(OURS, EPOCH, false).bytes()))
                .isTrue();
        assertThat(reader.tail().records()).isEqualTo(1);
    }

    @Test
    void shouldCountOfATransactionWhatWasCommitted() {
        log.writeInTransaction(OURS, 2, "a", "b")
                .mark(OURS, 2, true)
                .writeInTransaction(OURS, 2, "c")
                .mark(OURS, 2, false)
                .writeInTransaction(OURS, 2, "d")
                .mark(OURS, EPOCH, false);

        assertThat(reader.read(log.bytes())).isTrue();

        assertThat(reader.tail().records()).isEqualTo(2);
    }

    @Test
    void shouldBeginWhereTheSavedProgressEnds() {
        OffsetMap map = new OffsetMap(0, 100);
        map.append(0, 100, 2);
        reader = readerOf(map);
        log.write(OURS, 2, "a", "b", "c").mark(OURS, EPOCH, false);

        assertThat(reader.offset()).isEqualTo(102);
        assertThat(reader.read(log.bytes())).isTrue();

        assertThat(reader.tail().records())
                .as("the rest of a batch that was copied in part")
                .isEqualTo(1);
        assertThat(reader.tail().offset(0)).isEqualTo(102);
    }

    @Test
    void shouldNotTrustACountWhereTheLogHasHoles() {
        log.write(OURS, 2, "a").skip(2).write(OURS, 2, "b").mark(OURS, EPOCH, false);

        assertThat(reader.read(log.bytes())).isTrue();

        assertThat(reader.tail().isCountable()).isFalse();
        assertThat(reader.tail().records()).isEqualTo(2);
    }

    @Test
    void shouldReadAgainRecordByRecordUpToTheSameMarker() {
        log.write(OURS, 2, "a", "b").write(OTHER, 0, "x").write(OURS, 2, "c").mark(OURS, EPOCH, false);
        reader.read(log.bytes());

        reader.readByRecord();
        assertThat(reader.offset()).isEqualTo(100);
        assertThat(reader.read(log.write(OURS, EPOCH, "later").bytes())).isTrue();

        assertThat(reader.tail().records()).isEqualTo(3);
        assertThat(reader.tail().hashes()).isEqualTo(3);
    }

    @Test
    void shouldBeginAtTheLogsStartOnlyWhereTheProgressDoesNotSayWhere() {
        assertThat(reader.moveTo(150)).isFalse();

        reader = readerOf(new OffsetMap(0));
        assertThat(reader.offset()).isZero();
        assertThat(reader.moveTo(100)).isTrue();
        assertThat(reader.offset()).isEqualTo(100);
        assertThat(reader.moveTo(50)).as("the log ends before the offset").isFalse();
    }
}
