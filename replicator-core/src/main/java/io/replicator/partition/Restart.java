package io.replicator.partition;

/**
 * The producer's word to the fetcher: forget what you fetched for this partition and begin again.
 *
 * @param partition the lane's number of the partition
 * @param generation numbers the restarts; batches of an earlier one are dropped wherever they are met
 * @param offset the source offset to fetch next
 * @param notBeforeNanos when, as the agents count time
 */
public record Restart(int partition, int generation, long offset, long notBeforeNanos) {
    private static final long WHERE_IT_IS = -1;

    /** Nothing is forgotten: the source's leader is only to be asked again, and what it said to be known as new. */
    public static Restart question(int partition, int generation) {
        return new Restart(partition, generation, WHERE_IT_IS, 0);
    }

    public boolean isQuestion() {
        return offset == WHERE_IT_IS;
    }
}
