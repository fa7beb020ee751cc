package io.replicator.offsets;

/**
 * One partition as it was last saved.
 *
 * @param pair which partition
 * @param writer who wrote it
 * @param start the first source offset the runs know of
 * @param targetStart below it the target holds nothing of the copy but what the runs say; -1 when that is not known
 * @param position the source offset of the next record to be acknowledged
 * @param targetEnd the target offset after the last acknowledged record, -1 when none
 * @param runs ascending
 * @param isWhole false when saved runs were missing or contradicted the progress: then only the last run is here, which
 *     is saved with the progress itself, and {@code start} is where it begins
 * @param source what was seen of its source
 */
public record SavedProgress(
        PartitionPair pair,
        Writer writer,
        long start,
        long targetStart,
        long position,
        long targetEnd,
        Runs runs,
        boolean isWhole,
        SourceSeen source) {
    /** A map that goes on from here. */
    public OffsetMap toOffsetMap() {
        return new OffsetMap(this);
    }

    /** Says where positions stand on the other side. */
    public Translator translator() {
        return new Translator(this);
    }
}
