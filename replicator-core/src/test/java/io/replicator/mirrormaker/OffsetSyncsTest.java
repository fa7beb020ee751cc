package io.replicator.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.offsets.Runs;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OffsetSyncsTest {
    private static final TopicPartition SOURCE = new TopicPartition("orders", 3);

    private static OffsetSync sync(long sourceOffset, long targetOffset) {
        return new OffsetSync(SOURCE, sourceOffset, targetOffset);
    }

    private static List<OffsetSync> syncs(Runs runs, OffsetSync former) {
        return OffsetSyncs.syncs(SOURCE, runs, former);
    }

    @Test
    void shouldPairTheLastRecordAndTheBeginningsOfRuns() {
        Runs runs = Runs.of(0, 5, 10, 12, 20, 4, 20, 24, 1);

        assertThat(syncs(runs, null)).containsExactly(sync(0, 5), sync(12, 20), sync(20, 24));
    }

    @Test
    void shouldPairOnlyWhatIsNew() {
        Runs runs = Runs.of(0, 5, 10, 12, 20, 4);

        assertThat(syncs(runs, sync(9, 14))).containsExactly(sync(12, 20), sync(15, 23));
        assertThat(syncs(runs, sync(13, 21))).containsExactly(sync(15, 23));
        assertThat(syncs(runs, sync(15, 23))).isEmpty();
    }

    @Test
    void shouldGoBackWithASourceThatLostRecords() {
        Runs runs = Runs.of(0, 5, 4, 4, 9, 1);

        assertThat(syncs(runs, sync(9, 14))).containsExactly(sync(4, 9));
    }

    @Test
    void shouldPairTheLatestBeginningsWhereThereAreMany() {
        Runs runs = Runs.of(LongStream.range(0, 1_000)
                .flatMap(run -> LongStream.of(3 * run, 2 * run, 2))
                .toArray());

        List<OffsetSync> found = syncs(runs, null);

        assertThat(found).hasSize(17).endsWith(sync(2_997, 1_998), sync(2_998, 1_999));
    }

    @Test
    void shouldPairNothingWhereNothingWasCopied() {
        assertThat(syncs(Runs.none(), null)).isEmpty();
    }
}
