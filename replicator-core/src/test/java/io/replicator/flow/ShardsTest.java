package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ShardsTest {
    // Worked out apart from the code: ((hash * 0x9E3779B9) >>> 16 + 9 * number) mod 16.
    private static final int ORDERS_0 = 15;
    private static final int PAYMENTS_3 = 7;

    @Test
    void shouldNeverChange() {
        Shards shards = new Shards(16);

        assertThat(shards.of(new TopicPartition("orders", 0))).isEqualTo(ORDERS_0);
        assertThat(shards.of(new TopicPartition("orders", 7))).isEqualTo((ORDERS_0 + 9 * 7) % 16);
        assertThat(shards.of(new TopicPartition("payments.eu", 3))).isEqualTo(PAYMENTS_3);
    }

    @Test
    void shouldSpreadATopicEvenly() {
        Shards shards = new Shards(16);

        long[] counts = new long[16];
        IntStream.range(0, 64).forEach(number -> counts[shards.of(new TopicPartition("orders", number))]++);

        assertThat(counts).containsOnly(4);
    }

    /** The coordinator gives two instances the lower and the upper half. */
    @Test
    void shouldGiveEachOfTwoInstancesHalfOfASmallTopic() {
        Shards shards = new Shards(16);

        for (int topic = 0; topic < 100; topic++) {
            String name = "topic-" + topic;
            long lower = IntStream.range(0, 4)
                    .filter(number -> shards.of(new TopicPartition(name, number)) < 8)
                    .count();
            assertThat(lower).isBetween(1L, 3L);
        }
    }

    @Test
    void shouldSpreadAnyNumberOfShards() {
        for (int count = 1; count <= 1_000; count++) {
            Shards shards = new Shards(count);

            assertThat(IntStream.range(0, count)
                            .map(number -> shards.of(new TopicPartition("orders", number)))
                            .distinct()
                            .count())
                    .isEqualTo(count);
        }
    }

    @Test
    void shouldSpreadTopicsOfOnePartition() {
        Shards shards = new Shards(16);

        long[] counts = new long[16];
        IntStream.range(0, 1_600).forEach(topic -> counts[shards.of(new TopicPartition("topic-" + topic, 0))]++);

        for (long count : counts) {
            assertThat(count).isBetween(50L, 150L);
        }
    }
}
