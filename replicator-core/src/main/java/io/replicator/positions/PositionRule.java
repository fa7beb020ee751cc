package io.replicator.positions;

import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;

/**
 * What is to be done about one group's position in one partition: a pure function of where the group stands on the source,
 * what that is on the target, where it stands there, and what was written there last.
 *
 * <p>A position on the target only ever goes forward, unless it is still the one that was written here: then it follows the
 * source's back as well. One that was set back on the target since stays there. No position is written that lies beyond a
 * record that the group has still to read.
 */
final class PositionRule {
    /** No position, or none that is known. */
    static final long NONE = -1;

    private PositionRule() {}

    /**
     * Where the group stands on the target.
     *
     * @param offset its position there, {@link #NONE} when it has none
     * @param isInUse whether it has members there
     * @param written what was written there last
     */
    record Held(long offset, boolean isInUse, Written written) {}

    /**
     * What is to be done.
     *
     * @param state the position's, once that is done
     * @param write the position to write on the target, {@link #NONE} to leave it
     * @param isExact whether a reader that continues on the target then reads exactly what it would have read
     * @param isWhole whether the position that is written stands for all that the group has read, so that what it keeps with
     *     its position belongs to it
     * @param reason for a person, empty when all is well
     */
    record Verdict(PositionState state, long write, boolean isExact, boolean isWhole, String reason) {}

    /** What is to be done about a position in a partition that is copied. */
    static Verdict of(long sourceOffset, Translator translator, Held held) {
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
                "the group has members on the target: its position there is theirs");
    }

    private static Verdict notCopied(long sourceOffset, Translation.NotCopied notCopied) {
        return new Verdict(
                PositionState.INEXACT,
                notCopied.offset(),
                false,
                true,
                "copying began at source offset " + notCopied.start() + ", behind the group's position " + sourceOffset
                        + ": what the source holds between the two is not on the target");
    }

    /** Goes to a position, unless what is there is right as well, or not ours to take back. */
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
     * Whether nothing of the copy stands between a position and a later one, so that a reader reads the same from both. Beyond
     * what is saved of the copy nobody knows: after a kill there may be records that were copied and are not on record yet.
     */
    private static boolean isSame(long wanted, Translator translator, long later) {
        return translator.toSource(later) instanceof Translation.Exact source
                && translator.toTarget(source.offset()) instanceof Translation.Exact target
                && target.offset() == wanted;
    }

    /** Whether it lies before what was written last: only somebody on the target can have put it there, to read again. */
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
                        + ": it stays, and does not go on to " + wanted
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
                "the group's position on the target, " + held.offset() + ", is beyond " + wanted + " "
                        + (isKnown
                                ? "and was committed there by a consumer: it stays"
                                : "and nobody knows any more who committed it: it stays, also if the group went back on"
                                        + " the source")
                        + "; to overwrite it: replicator migrate-group --force");
    }

    /**
     * Our own position within the bound may be the exact one, from when that was still known: it is kept, if it is known to
     * stand for no later one of the source. Anybody else's may lie behind records that are still to be read.
     */
    static Verdict coarse(long sourceOffset, Translation.Coarse coarse, Translator translator, Held held) {
        Verdict verdict = new Verdict(
                PositionState.INEXACT,
                coarse.offset(),
                false,
                true,
                "the position is so old that it is only known coarsely: up to " + coarse.mostRepeated()
                        + " records are read again; offset-map.max-runs says how many are known exactly");
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

    /** The group has read all that is copied: it goes to the copy's end, and on with the copy. */
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
                "the copy has come to source offset " + notYet.position() + ", the group is " + notYet.distance()
                        + " offsets further on");
    }

    /**
     * Source offsets from what a position on the target stands for to where the group stands on the source: 0 when it is no
     * less, -1 when nobody can tell.
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
