package io.replicator.partition;

/**
 * The producer asks the fetcher to drop what it fetched of a partition and to fetch again from an offset.
 *
 * @param laneIndex the partition's index in its lane
 * @param generation numbers the restarts; both threads drop batches of an earlier one
 * @param offset the source offset to fetch next
 * @param notBeforeNanos the earliest time to fetch, as the agents count time
 */
public record Restart(int laneIndex, int generation, long offset, long notBeforeNanos) {
    private static final long WHERE_IT_IS = -1;

    /** Not a restart: the leader is to be asked again, so that the partition's published offsets are fresh. */
    public static Restart question(int laneIndex, int generation) {
        return new Restart(laneIndex, generation, WHERE_IT_IS, 0);
    }

    public boolean isQuestion() {
        return offset == WHERE_IT_IS;
    }
}
