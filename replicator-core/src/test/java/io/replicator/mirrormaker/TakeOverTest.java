package io.replicator.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TakeOverTest {
    private static final int RANGES = 3;
    private static final long MAX_BYTES = 16 << 20;

    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final TopicPartition HEARTBEATS = new TopicPartition("heartbeats", 0);

    @ParameterizedTest
    @ValueSource(ints = {1_000, 8_000, 64_000})
    void shouldHoldFewRecordsOfManyPartitionsAtATime(int records) {
        assertThat(TakeOverLook.perTurn(records)).isPositive();
        assertThat((long) TakeOverLook.perTurn(records) * RANGES * records * HashedRecords.BYTES_PER_RECORD)
                .isLessThan(MAX_BYTES);
    }

    @ParameterizedTest
    @ValueSource(ints = {512_000, 1_000_000})
    void shouldLookAtOnePartitionThatNeedsManyRecords(int records) {
        assertThat(TakeOverLook.perTurn(records)).isEqualTo(1);
    }

    @Test
    void shouldNotBeginAtFirstWhereMirrorMakerSaysNothingOfTheSource() {
        assertThat(TakeOverVerdict.isAliasUnknown(Map.of(), List.of())).isTrue();
        assertThat(TakeOverVerdict.isAliasUnknown(Map.of(), List.of(HEARTBEATS)))
                .as("heartbeats begin without being taken over")
                .isTrue();
    }

    @Test
    void shouldBeginAtFirstWhatAppearsLater() {
        assertThat(TakeOverVerdict.isAliasUnknown(Map.of(ORDERS, 7L), List.of()))
                .isFalse();
        assertThat(TakeOverVerdict.isAliasUnknown(Map.of(), List.of(ORDERS, HEARTBEATS)))
                .as("taken over before, and MirrorMaker's topic is gone")
                .isFalse();
    }
}
