package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LaneAssignmentTest {
    @Test
    void shouldSpreadAnyShareOfTheShards() {
        LaneAssignment places = new LaneAssignment(2);

        IntStream.of(0, 2, 4, 6, 8).forEach(places::place);

        assertThat(counts(places, 0, 2, 4, 6, 8)).containsOnly(Map.entry(0, 3), Map.entry(1, 2));
    }

    @Test
    void shouldLeaveAShardWhereItIs() {
        LaneAssignment places = new LaneAssignment(3);
        places.place(5);
        places.place(7);
        int lane = places.laneOf(7);

        places.remove(5);
        places.place(7);
        places.place(9);

        assertThat(places.laneOf(7)).isEqualTo(lane);
        assertThat(places.has(5)).isFalse();
        assertThat(places.misplaced()).isEmpty();
    }

    @Test
    void shouldNameAsFewShardsAsMustMoveWhenOthersLeft() {
        LaneAssignment places = new LaneAssignment(2);
        IntStream.range(0, 8).forEach(places::place);
        IntStream.of(1, 3, 5, 7).forEach(places::remove);

        var misplaced = places.misplaced();
        misplaced.forEach(places::remove);
        misplaced.forEach(places::place);

        assertThat(misplaced).hasSize(2);
        assertThat(counts(places, 0, 2, 4, 6)).containsOnly(Map.entry(0, 2), Map.entry(1, 2));
    }

    private static Map<Integer, Integer> counts(LaneAssignment places, int... shards) {
        Map<Integer, Integer> counts = new TreeMap<>();
        IntStream.of(shards).forEach(shard -> counts.merge(places.laneOf(shard), 1, Integer::sum));
        return counts;
    }
}
