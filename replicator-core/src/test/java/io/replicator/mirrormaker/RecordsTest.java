package io.replicator.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** That connect-mirror reads and writes the same bytes is tested where it is on the class path. */
class RecordsTest {
    private static final TopicPartition PARTITION = new TopicPartition("größe.orders", 7);

    @Test
    void shouldReadWhatWasWritten() {
        OffsetSync sync = new OffsetSync(PARTITION, Long.MAX_VALUE, 3);
        Checkpoint checkpoint = new Checkpoint("gruppe-ü", PARTITION, 5, Long.MAX_VALUE, "méta");
        Heartbeat heartbeat = new Heartbeat("east", "west", 1_700_000_000_000L);

        assertThat(OffsetSync.read(sync.key(), sync.value())).contains(sync);
        assertThat(Checkpoint.read(checkpoint.key(), checkpoint.value())).contains(checkpoint);
        assertThat(Heartbeat.read(heartbeat.key(), heartbeat.value())).contains(heartbeat);
    }

    @Test
    void shouldReadNothingFromWhatIsCutShort() {
        Checkpoint checkpoint = new Checkpoint("g", PARTITION, 5, 6, "m");

        for (int length = 0; length < checkpoint.key().length; length++) {
            assertThat(Checkpoint.read(Arrays.copyOf(checkpoint.key(), length), checkpoint.value()))
                    .isEmpty();
        }
        for (int length = 0; length < checkpoint.value().length; length++) {
            assertThat(Checkpoint.read(checkpoint.key(), Arrays.copyOf(checkpoint.value(), length)))
                    .isEmpty();
        }
    }

    @Test
    void shouldReadNothingOfAnotherVersion() {
        Checkpoint checkpoint = new Checkpoint("g", PARTITION, 5, 6, "m");
        byte[] value = checkpoint.value();
        value[1] = 1;

        assertThat(Checkpoint.read(checkpoint.key(), value)).isEmpty();
    }

    @Test
    void shouldRefuseTextThatDoesNotFit() {
        assertThatThrownBy(() -> new Checkpoint("g", PARTITION, 5, 6, "m".repeat(40_000)).value())
                .hasMessageContaining("40000");
    }
}
