package io.replicator.partition;

/**
 * Tells the fetcher, on behalf of the producer, to drop what it fetched for a partition and to fetch again.
 *
 * @param laneIndex the partition's number within its lane
 * @param generation numbers the restarts; batches of an earlier one are dropped wherever they are met
 * @param offset the source offset to fetch next
 * @param notBeforeNanos when, as the agents count time
 */
public record Restart(int laneIndex, int generation, long offset, long notBeforeNanos) {
    private static final long WHERE_IT_IS = -1;

    /** Nothing is forgotten: the source's leader is only to be asked again, and what it said to be known as new. */
    public static Restart question(int laneIndex, int generation) {
        return new Restart(laneIndex, generation, WHERE_IT_IS, 0);
    }

    public boolean isQuestion() {
        return offset == WHERE_IT_IS;
    }
}
