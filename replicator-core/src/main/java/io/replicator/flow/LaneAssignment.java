package io.replicator.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which lane serves which shard. A shard stays with its lane while this instance has it; a new one goes to the
 * lane that has the fewest, so that whatever share of the shards this instance owns keeps all its lanes busy.
 */
final class LaneAssignment {
    private final int lanes;
    private final Map<Integer, Integer> lanesByShard = new TreeMap<>();

    LaneAssignment(int lanes) {
        this.lanes = lanes;
    }

    /** Finds a place for a shard, unless it has one. */
    void place(int shard) {
        if (!lanesByShard.containsKey(shard)) {
            lanesByShard.put(shard, emptiest());
        }
    }

    /** The shard's lane; it has one. */
    int laneOf(int shard) {
        return lanesByShard.get(shard);
    }

    boolean has(int shard) {
        return lanesByShard.containsKey(shard);
    }

    boolean isIn(int lane, int shard) {
        return has(shard) && laneOf(shard) == lane;
    }

    void remove(int shard) {
        lanesByShard.remove(shard);
    }

    /** Shards to be placed again, so that no lane has two more than another. */
    List<Integer> misplaced() {
        int[] counts = counts();
        List<Integer> misplaced = new ArrayList<>();
        lanesByShard.forEach((shard, lane) -> {
            int emptiest = indexOfLeast(counts);
            if (counts[lane] - counts[emptiest] >= 2) {
                counts[lane]--;
                counts[emptiest]++;
                misplaced.add(shard);
            }
        });
        return misplaced;
    }

    private int emptiest() {
        return indexOfLeast(counts());
    }

    private int[] counts() {
        int[] counts = new int[lanes];
        lanesByShard.values().forEach(lane -> counts[lane]++);
        return counts;
    }

    private static int indexOfLeast(int[] counts) {
        int least = 0;
        for (int lane = 1; lane < counts.length; lane++) {
            if (counts[lane] < counts[least]) {
                least = lane;
            }
        }
        return least;
    }
}
