package io.replicator.offsets;

import io.replicator.config.PositionsConfig;

/**
 * One partition as it was last saved.
 *
 * @param pair which partition
 * @param writer who wrote it
 * @param start the first source offset the runs know of
 * @param targetStart below it the target holds nothing of the copy but what the runs say; -1 when that is not known
 * @param position the source offset of the next record to be acknowledged
 * @param targetEnd the target offset after the last acknowledged record, -1 when none
 * @param map the runs
 * @param damage why what lies below {@code start} is not known, for a person; empty when all is well
 * @param source what was seen of its source
 */
public record SavedProgress(
        PartitionPair pair,
        Writer writer,
        long start,
        long targetStart,
        long position,
        long targetEnd,
        SavedRuns map,
        String damage,
        SourceSeen source) {
    /**
     * False when saved runs were missing or contradicted the progress: then only the last run is here, which is saved with
     * the progress itself, {@code start} is where it begins, and {@code damage} says what was wrong.
     */
    public boolean isWhole() {
        return map.isWhole();
    }

    /** The runs that are exact, ascending. */
    public Runs runs() {
        return map.exact();
    }

    /** A map that continues from here, with the usual bound. */
    public OffsetMap toOffsetMap() {
        return toOffsetMap(PositionsConfig.DEFAULT_MAX_RUNS);
    }

    /** A map that continues from here and keeps so many runs. */
    public OffsetMap toOffsetMap(int maxRuns) {
        return new OffsetMap(this, maxRuns);
    }

    /** Says where positions stand on the other side. */
    public Translator translator() {
        return new Translator(this);
    }
}
