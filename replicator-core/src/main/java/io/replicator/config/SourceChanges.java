package io.replicator.config;

/**
 * What a flow does when the source is no longer what was copied.
 *
 * @param onGap records were deleted before they were copied: retention, or somebody, moved the log's start past the position
 * @param onTruncation records that were copied are gone and others may stand in their place, as after an unclean leader
 *     election
 * @param onRecreation the topic was deleted and created again
 */
public record SourceChanges(LossPolicy onGap, LossPolicy onTruncation, LossPolicy onRecreation) {
    /** A gap is how a source with a short retention lives; the others are accidents that somebody should look at. */
    public static final SourceChanges DEFAULT =
            new SourceChanges(LossPolicy.CONTINUE, LossPolicy.STOP, LossPolicy.STOP);
}
