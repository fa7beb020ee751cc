package io.replicator.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which lane serves which partition group. A group stays with its lane while this instance has it; a new one goes to the
 * lane that has the fewest, so that whatever share of the groups this instance owns keeps all its lanes busy.
 */
final class LanePlaces {
    private final int lanes;
    private final Map<Integer, Integer> lanesByGroup = new TreeMap<>();

    LanePlaces(int lanes) {
        this.lanes = lanes;
    }

    /** Finds a place for a group, unless it has one. */
    void place(int group) {
        if (!lanesByGroup.containsKey(group)) {
            lanesByGroup.put(group, emptiest());
        }
    }

    /** The group's lane; it has one. */
    int laneOf(int group) {
        return lanesByGroup.get(group);
    }

    boolean has(int group) {
        return lanesByGroup.containsKey(group);
    }

    void remove(int group) {
        lanesByGroup.remove(group);
    }

    /** Groups to be placed anew, so that no lane has two more than another. */
    List<Integer> misplaced() {
        int[] counts = counts();
        List<Integer> misplaced = new ArrayList<>();
        lanesByGroup.forEach((group, lane) -> {
            int emptiest = indexOfLeast(counts);
            if (counts[lane] - counts[emptiest] >= 2) {
                counts[lane]--;
                counts[emptiest]++;
                misplaced.add(group);
            }
        });
        return misplaced;
    }

    private int emptiest() {
        return indexOfLeast(counts());
    }

    private int[] counts() {
        int[] counts = new int[lanes];
        lanesByGroup.values().forEach(lane -> counts[lane]++);
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
