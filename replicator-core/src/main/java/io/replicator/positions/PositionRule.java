package io.replicator.positions;

import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;

/**
 * What is done about one group's position in one partition. A pure function of the group's position on the source, what
 * that is on the target, the group's position there, and what was written there last.
 *
 * <p>A position on the target only moves forward, unless it is still the one that was written here: then it also follows
 * the source's position back. One that a consumer on the target moved back stays where it is. No position is written that
 * lies after a record that the group has not read yet.
 */
public final class PositionRule {
    /** No position, or an unknown one. */
    public static final long NONE = -1;

    private PositionRule() {}

    /**
     * What the group has on the target.
     *
     * @param offset its position there, {@link #NONE} when it has none
     * @param isInUse whether it has members there
     * @param written the last position that was written there
     */
    public record Held(long offset, boolean isInUse, Written written) {}

    /**
     * What is done.
     *
     * @param state the position's state afterwards
     * @param write the position to write on the target, {@link #NONE} to leave it
     * @param isExact whether a reader that continues on the target then reads exactly what it would have read
     * @param isWhole whether the position that is written covers all that the group has read, so that the metadata of its
     *     position belongs to it
     * @param reason for a person; empty when the position is right
     */
    public record Verdict(PositionState state, long write, boolean isExact, boolean isWhole, String reason) {}

    /** What is done about a position in a partition that is copied. */
    public static Verdict of(long sourceOffset, Translator translator, Held held) {
        Translation there = translator.toTarget(sourceOffset);
        if (there instanceof Translation.Unknown unknown) {
            return new Verdict(PositionState.FAILED, NONE, false, false, unknown.reason());
        }
        if (held.isInUse()) {
            return inUse(there, held);
        }
        if (there instanceof Translation.Exact exact) {
            return reach(
                    exact.offset(),
                    new Verdict(PositionState.SYNCED, exact.offset(), true, true, ""),
                    translator,
                    held);
        }
        if (there instanceof Translation.NotCopied notCopied) {
            return reach(notCopied.offset(), notCopied(sourceOffset, notCopied), translator, held);
        }
        if (there instanceof Translation.Coarse coarse) {
            return coarse(sourceOffset, coarse, translator, held);
        }
        return notYet((Translation.NotYet) there, translator, held);
    }

    private static Verdict inUse(Translation there, Held held) {
        boolean isExact = there instanceof Translation.Exact exact && exact.offset() == held.offset();
        return new Verdict(
                PositionState.IN_USE,
                NONE,
                isExact,
                false,
                "the group has members on the target: they own its position there");
    }

    private static Verdict notCopied(long sourceOffset, Translation.NotCopied notCopied) {
        return new Verdict(
                PositionState.INEXACT,
                notCopied.offset(),
                false,
                true,
                "copying began at source offset " + notCopied.start() + ", after the group's position " + sourceOffset
                        + ": the source's records between the two are not on the target");
    }

    /** Moves to a position, unless the present one is right as well, or must not be moved back. */
    private static Verdict reach(long wanted, Verdict written, Translator translator, Held held) {
        if (held.offset() < wanted) {
            return isSetBack(held) ? setBack(wanted, held) : written;
        }
        if (held.offset() == wanted || isSame(wanted, translator, held.offset())) {
            return left(written);
        }
        return isOurs(held) ? written : ahead(wanted, held);
    }

    private static boolean isOurs(Held held) {
        return held.offset() != NONE && held.offset() == held.written().targetOffset();
    }

    /**
     * Whether there is no copied record between a position and a later one, so that a reader reads the same from both. After
     * the end of what is saved about the copy that is not known: after a crash there may be copied records that are not saved.
     */
    private static boolean isSame(long wanted, Translator translator, long later) {
        return translator.toSource(later) instanceof Translation.Exact source
                && translator.toTarget(source.offset()) instanceof Translation.Exact target
                && target.offset() == wanted;
    }

    /** Whether it lies before what was written last: then somebody on the target moved it back, to read again. */
    private static boolean isSetBack(Held held) {
        return held.offset() != NONE && held.offset() < held.written().targetOffset();
    }

    private static Verdict setBack(long wanted, Held held) {
        return new Verdict(
                PositionState.IN_USE,
                NONE,
                false,
                false,
                "somebody set the group back on the target, from "
                        + held.written().targetOffset() + " to " + held.offset()
                        + ": the position is kept, and does not move on to " + wanted
                        + "; to overwrite it: replicator migrate-group --force");
    }

    private static Verdict left(Verdict written) {
        return new Verdict(written.state(), NONE, written.isExact(), written.isWhole(), written.reason());
    }

    private static Verdict ahead(long wanted, Held held) {
        boolean isKnown = held.written().targetOffset() != NONE;
        return new Verdict(
                PositionState.AHEAD,
                NONE,
                false,
                false,
                "the group's position on the target, " + held.offset() + ", is after " + wanted + " "
                        + (isKnown
                                ? "and was committed there by a consumer: it is kept"
                                : "and it is not known who committed it: it is kept, even if the group moved back on"
                                        + " the source")
                        + "; to overwrite it: replicator migrate-group --force");
    }

    /**
     * A position within the bound that was written here may be the exact one, from when that was still known: it is kept if it
     * is known not to stand for a later position of the source. Anybody else's may lie after records that were not read yet.
     */
    static Verdict coarse(long sourceOffset, Translation.Coarse coarse, Translator translator, Held held) {
        Verdict verdict = new Verdict(
                PositionState.INEXACT,
                coarse.offset(),
                false,
                true,
                "the position is so old that it is only known coarsely: up to " + coarse.mostRepeated()
                        + " records are read again; offset-map.max-runs limits what is known exactly");
        Written written = held.written();
        if (isOurs(held) && written.sourceOffset() == sourceOffset) {
            return written.isExact() ? new Verdict(PositionState.SYNCED, NONE, true, true, "") : left(verdict);
        }
        boolean isWithin = held.offset() >= coarse.offset() && held.offset() - coarse.offset() <= coarse.mostRepeated();
        boolean isNoLater = written.sourceOffset() != NONE && written.sourceOffset() <= sourceOffset;
        if (isOurs(held) && isWithin && isNoLater) {
            return left(verdict);
        }
        return reach(coarse.offset(), verdict, translator, held);
    }

    /** The group has read all that is copied: its position moves to the end of the copy, and on with it. */
    private static Verdict notYet(Translation.NotYet notYet, Translator translator, Held held) {
        long end = translator.toTarget(notYet.position()) instanceof Translation.Exact exact ? exact.offset() : NONE;
        boolean isForward = held.offset() < end;
        if (isForward && isSetBack(held)) {
            return setBack(end, held);
        }
        long write = isForward ? end : NONE;
        return new Verdict(
                PositionState.NOT_YET,
                write,
                false,
                false,
                "the copy ends at source offset " + notYet.position() + ", " + notYet.distance()
                        + " offsets before the group's position");
    }

    /**
     * How many source offsets a position on the target is behind the group's position on the source: 0 when it is not
     * behind, -1 when that is not known.
     */
    static long lagRecords(long sourceOffset, Translator translator, long targetOffset) {
        if (targetOffset == NONE) {
            return NONE;
        }
        Translation source = translator.toSource(targetOffset);
        if (source instanceof Translation.Exact exact) {
            return Math.max(0, sourceOffset - exact.offset());
        }
        return source instanceof Translation.NotYet ? Math.max(0, sourceOffset - translator.position()) : NONE;
    }
}
