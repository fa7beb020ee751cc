package io.replicator.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.ReadRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class CopiedOffsetsTest {
    private final CopiedOffsets offsets = new CopiedOffsets("east");
    private long next;

    private void take(String key, String value, long timestampMillis) {
        offsets.take(new ReadRecord(
                new TopicPartition("mm2-offsets.east.internal", 0),
                next++,
                timestampMillis,
                ReadRecord.TimestampType.CREATE_TIME,
                bytes(key),
                bytes(value),
                List.of(),
                ReadRecord.UNKNOWN_EPOCH));
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String key(String connector, String cluster, String topic, int partition) {
        return "[\"" + connector + "\",{\"cluster\":\"" + cluster + "\",\"partition\":" + partition + ",\"topic\":\""
                + topic + "\"}]";
    }

    @Test
    void shouldTakeTheLastThatWasSaidOfEachPartition() {
        take(key("MirrorSourceConnector", "east", "orders", 0), "{\"offset\":7}", 1);
        take(key("MirrorSourceConnector", "east", "orders", 1), "{\"offset\":3}", 1);
        take(key("MirrorSourceConnector", "east", "orders", 0), "{\"offset\":9}", 2);

        assertThat(offsets.offsets())
                .isEqualTo(Map.of(new TopicPartition("orders", 0), 9L, new TopicPartition("orders", 1), 3L));
    }

    @Test
    void shouldForgetWhatATombstoneTakesBack() {
        take(key("MirrorSourceConnector", "east", "orders", 0), "{\"offset\":7}", 1);
        take(key("MirrorSourceConnector", "east", "orders", 0), null, 2);

        assertThat(offsets.offsets()).isEmpty();
    }

    @Test
    void shouldPassOverWhatIsAboutOthers() {
        take(key("MirrorSourceConnector", "north", "orders", 0), "{\"offset\":7}", 1);
        take(
                "[\"MirrorHeartbeatConnector\",{\"sourceClusterAlias\":\"east\",\"targetClusterAlias\":\"west\"}]",
                "{\"offset\":0}",
                1);
        take("no json", "{\"offset\":0}", 1);
        take(key("MirrorSourceConnector", "east", "orders", 0), "no json", 1);

        assertThat(offsets.offsets()).isEmpty();
    }

    @Test
    void shouldTakeTheConnectorThatSpokeLast() {
        take(key("mine", "east", "orders", 0), "{\"offset\":7}", 5);
        take(key("former", "east", "orders", 0), "{\"offset\":900}", 4);

        assertThat(offsets.offsets()).containsEntry(new TopicPartition("orders", 0), 7L);
    }
}
