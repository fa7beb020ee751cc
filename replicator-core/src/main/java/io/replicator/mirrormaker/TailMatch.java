package io.replicator.mirrormaker;

import io.replicator.offsets.OffsetMap;
import java.util.Optional;

/**
 * Finds, among the target's last records, the copies of the source's records around the last one that MirrorMaker 2 saved as
 * copied. It saves that only now and then, after it wrote: if it was killed, the target has more.
 *
 * <pre>
 *   source   ... 96 97 98 99 [100] 101 102 103 104 ...      MirrorMaker 2 saved: 100
 *   target   ... 56 57 58 59  [60]  61  62 (end)            has 101 and 102 too: continue at 103
 * </pre>
 */
final class TailMatch {
    private final HashedRecords before;
    private final HashedRecords after;
    private final HashedRecords tail;

    /** Whether the record was found. */
    enum Verdict {
        FOUND,
        /** The record is not in the tail: a longer tail may have it. */
        NOT_FOUND,
        /** Several records are equal: it may be any of them. */
        AMBIGUOUS,
        /** Only one record fits, by its content without its timestamp: another one with that content would fit too. */
        WEAK
    }

    /**
     * What was found.
     *
     * @param position the source offset at which copying continues; -1 when not found
     * @param map the offsets of all compared records; empty when not found
     * @param beyond how many records the target has after the one that MirrorMaker 2 saved
     */
    record Found(Verdict verdict, long position, Optional<OffsetMap> map, int beyond) {
        private static final Found NOTHING = new Found(Verdict.NOT_FOUND, -1, Optional.empty(), 0);
        private static final Found ONE = new Found(Verdict.WEAK, -1, Optional.empty(), 0);
        private static final Found SEVERAL = new Found(Verdict.AMBIGUOUS, -1, Optional.empty(), 0);
    }

    /**
     * A place in the tail where the record may be.
     *
     * @param depth how many records up to that place are equal to the source's records up to the record
     * @param isWhole whether those are all that can be compared
     */
    private record Place(int index, int depth, boolean isWhole) {
        boolean isBetterThan(Place other) {
            return isWhole == other.isWhole ? depth > other.depth : isWhole;
        }

        boolean isAsGoodAs(Place other) {
            return isWhole == other.isWhole && (isWhole || depth == other.depth);
        }
    }

    /**
     * @param before the source's records up to the last that was copied, which is the last one here
     * @param after the source's records after it, at least as many as the tail has, or all
     * @param tail the target's last records
     */
    TailMatch(HashedRecords before, HashedRecords after, HashedRecords tail) {
        this.before = before;
        this.after = after;
        this.tail = tail;
    }

    /**
     * Looks for the record.
     *
     * @param copied its offset on the source
     */
    Found find(long copied) {
        Place best = null;
        boolean isAmbiguous = false;
        for (int index = tail.count() - 1; index >= 0; index--) {
            if (tail.isCopy(index, before, before.count() - 1) && isFollowed(index)) {
                Place place = place(index);
                if (best == null || place.isBetterThan(best)) {
                    best = place;
                    isAmbiguous = false;
                } else {
                    isAmbiguous |= place.isAsGoodAs(best);
                }
            }
        }
        if (best == null) {
            return Found.NOTHING;
        }
        if (isAmbiguous) {
            return Found.SEVERAL;
        }
        int beyond = tail.count() - 1 - best.index();
        return isWeak(best.depth() + beyond) ? Found.ONE : found(best, copied);
    }

    private boolean isWeak(int fitting) {
        return fitting == 1 && !tail.hasRecordTimes();
    }

    /** Whether all records after a place are those that the source has after the record. */
    private boolean isFollowed(int index) {
        int beyond = tail.count() - 1 - index;
        if (beyond > after.count()) {
            return false;
        }
        for (int behind = 0; behind < beyond; behind++) {
            if (!tail.isCopy(index + 1 + behind, after, behind)) {
                return false;
            }
        }
        return true;
    }

    private Place place(int index) {
        int most = Math.min(index + 1, before.count());
        int depth = 1;
        while (depth < most && tail.isCopy(index - depth, before, before.count() - 1 - depth)) {
            depth++;
        }
        return new Place(index, depth, depth == most);
    }

    private Found found(Place place, long copied) {
        int beyond = tail.count() - 1 - place.index();
        long position = beyond == 0 ? copied + 1 : after.offset(beyond - 1) + 1;
        int first = before.count() - place.depth();
        OffsetMap map = new OffsetMap(before.offset(first));
        for (int index = 0; index < place.depth(); index++) {
            map.append(before.offset(first + index), tail.offset(place.index() - place.depth() + 1 + index), 1);
        }
        for (int behind = 0; behind < beyond; behind++) {
            map.append(after.offset(behind), tail.offset(place.index() + 1 + behind), 1);
        }
        map.advance(position);
        return new Found(Verdict.FOUND, position, Optional.of(map), beyond);
    }

    /**
     * Looks for the target's last record among the source's records after the saved one, which is no longer on the source. If
     * it is not among them, none of them was copied.
     */
    Found findLast() {
        int found = -1;
        for (int last = 0; last < after.count(); last++) {
            if (endsAt(last)) {
                if (found >= 0) {
                    return Found.SEVERAL;
                }
                found = last;
            }
        }
        if (found < 0) {
            return Found.NOTHING;
        }
        int depth = Math.min(found + 1, tail.count());
        if (isWeak(depth)) {
            return Found.ONE;
        }
        OffsetMap map = new OffsetMap(after.offset(found + 1 - depth));
        for (int index = depth - 1; index >= 0; index--) {
            map.append(after.offset(found - index), tail.offset(tail.count() - 1 - index), 1);
        }
        return new Found(Verdict.FOUND, map.position(), Optional.of(map), found + 1);
    }

    private boolean endsAt(int last) {
        int depth = Math.min(last + 1, tail.count());
        for (int index = 0; index < depth; index++) {
            if (!tail.isCopy(tail.count() - 1 - index, after, last - index)) {
                return false;
            }
        }
        return depth > 0;
    }
}
