package io.replicator.offsets;

/**
 * All that is to be saved of one partition: made on the lane's producer thread, at a cost of what changed, and written by
 * the flow's control thread.
 *
 * @param pair which partition
 * @param writer who wrote it
 * @param changes where it stands
 * @param source what was seen of its source
 */
public record Progress(PartitionPair pair, Writer writer, MapChanges changes, SourceSeen source) {
    /** Of a source that nothing is known of. */
    public Progress(PartitionPair pair, Writer writer, MapChanges changes) {
        this(pair, writer, changes, SourceSeen.NOTHING);
    }

    /** The later progress, with what an earlier one of the same map could not save. */
    static Progress withUnsaved(Progress earlier, Progress later) {
        if (!earlier.pair().equals(later.pair())) {
            return later;
        }
        return new Progress(
                later.pair(), later.writer(), later.changes().withUnsaved(earlier.changes()), later.source());
    }
}
