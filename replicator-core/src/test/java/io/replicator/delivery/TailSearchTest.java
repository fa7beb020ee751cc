package io.replicator.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.batch.BatchHeader;
import io.replicator.batch.RecordHashes;
import io.replicator.delivery.TailSearch.Step;
import io.replicator.offsets.OffsetMap;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TailSearchTest {
    private static final long OURS = 7;
    private static final int EPOCH = 3;
    private static final long SOURCE = 10;
    private static final long TARGET = 100;

    private final OffsetMap map = new OffsetMap(SOURCE, TARGET);
    private final RecordHashes records = new RecordHashes();
    private TailReader reader;
    private TailSearch search;

    /** The target has these records of ours. */
    private void read(boolean byRecord, String... values) {
        TargetLog log = new TargetLog(TARGET).write(OURS, 2, values).mark(OURS, EPOCH, false);
        reader = new TailReader(map, new Grant(0, OURS, (short) EPOCH), Set.of(OURS), records);
        reader.read(log.bytes());
        if (byRecord) {
            reader.readByRecord();
            reader.read(log.bytes());
        }
        search = byRecord ? TailSearch.byRecord(reader, map, records) : TailSearch.byCount(reader, map, records, false);
    }

    /** A source batch of these records. */
    private Step take(long offset, String... values) {
        return take(new TargetLog(offset).write(1, 0, values), offset);
    }

    private Step take(TargetLog source, long fromOffset) {
        ByteBuffer bytes = source.bytes();
        boolean isWhole = fromOffset == BatchHeader.baseOffset(bytes, 0);
        return search.take(bytes, 0, isWhole, fromOffset, source.end());
    }

    @Test
    void shouldGoOnBehindTheLastRecordOfTheTail() {
        read(false, "a", "b", "c", "d");

        assertThat(take(10, "a", "b")).isEqualTo(Step.GO_ON);
        assertThat(take(12, "c", "d", "e")).isEqualTo(Step.FOUND);

        assertThat(search.coveredTo()).isEqualTo(14);
        search.enterInto(map);
        assertThat(map.position()).isEqualTo(14);
        assertThat(map.targetEnd()).isEqualTo(104);
        assertThat(map.runs()).isOne();
    }

    @Test
    void shouldEnterNothingBeforeItIsProven() {
        read(false, "a", "b", "c", "d");

        take(10, "a", "b");

        assertThat(map.position()).isEqualTo(SOURCE);
        assertThat(map.runs()).isZero();
        assertThat(search.found()).isEqualTo(2);
    }

    @Test
    void shouldNotCountRecordsBelowThePosition() {
        read(false, "b", "c");

        assertThat(take(new TargetLog(9).write(1, 0, "a", "b", "c"), SOURCE)).isEqualTo(Step.FOUND);

        assertThat(search.coveredTo()).isEqualTo(12);
    }

    @Test
    void shouldDoubtWhenTheLastRecordIsAnother() {
        read(false, "a", "b");

        assertThat(take(10, "a", "z")).isEqualTo(Step.ANOTHER_RECORD);
    }

    /** Compaction may have removed records before an earlier owner came to them, which this source still had. */
    @Test
    void shouldFetchAgainWhenTheOffsetsHaveHolesAndTheSourceWasReadTooEarly() {
        read(false, "a", "c");

        assertThat(take(10, "a")).isEqualTo(Step.GO_ON);
        assertThat(take(12, "c")).isEqualTo(Step.FETCH_AGAIN);
        search.beginAgain();
        assertThat(take(10, "a")).isEqualTo(Step.GO_ON);

        assertThat(take(12, "c")).isEqualTo(Step.FOUND);
        search.enterInto(map);
        assertThat(map.runs()).isEqualTo(2);
    }

    @Test
    void shouldNotBeProvenByTheLastRecordWhenTheSourceLostItsBeginning() {
        read(false, "a", "b");
        search.loseBeginning();

        assertThat(take(10, "a", "b")).isEqualTo(Step.FETCH_AGAIN);
        search.beginAgain();

        assertThat(take(10, "a", "b")).isEqualTo(Step.NOT_PROVEN);
    }

    @Test
    void shouldFindRecordByRecordWhatIsLeftOfTheSource() {
        read(true, "a", "b", "c", "d");

        assertThat(take(10, "a")).isEqualTo(Step.GO_ON);
        assertThat(take(12, "c")).isEqualTo(Step.GO_ON);
        assertThat(take(15, "new", "d")).isEqualTo(Step.FOUND);

        assertThat(search.found()).isEqualTo(2);
        assertThat(search.coveredTo()).as("all of the last batch is copied").isEqualTo(13);
        search.enterInto(map);
        assertThat(map.position()).isEqualTo(13);
    }

    @Test
    void shouldGoOnInTheMiddleOfABatch() {
        read(true, "a", "b");

        assertThat(take(10, "a", "b", "c")).isEqualTo(Step.FOUND);

        assertThat(search.coveredTo()).isEqualTo(12);
    }

    @Test
    void shouldPassWhatHoldsNothingToCopy() {
        read(false, "a");

        search.advance(12);
        assertThat(take(12, "z")).isEqualTo(Step.ANOTHER_RECORD);

        assertThat(search.coveredTo()).isEqualTo(12);
    }
}
