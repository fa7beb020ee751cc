package io.replicator.delivery;

import io.replicator.batch.BatchHeader;
import io.replicator.batch.CorruptBatchException;
import io.replicator.batch.RecordHashes;
import io.replicator.offsets.OffsetMap;
import java.nio.ByteBuffer;

/**
 * Looks for the records of a {@link Tail} on the source, which is read again from the saved position on, and so finds where
 * the copy goes on. By counting, which decodes one batch, or record by record where counting proves nothing. Nothing is
 * entered into the offset map before it is proven, so that the search can begin again at any point. Producer's thread.
 */
public final class TailSearch {
    /** What a source batch showed. */
    public enum Step {
        /** All of the batch is on the target, and more may be. */
        GO_ON,
        /** The copy goes on at {@link #coveredTo}. */
        FOUND,
        /** The count was right, but the source was read too early to prove it: it is to be fetched and counted again. */
        FETCH_AGAIN,
        /** The source has another record in place of the last one. */
        ANOTHER_RECORD,
        /** The last record is the same, which does not prove that those before it are. */
        NOT_PROVEN
    }

    private final Tail tail;
    private final boolean isTimed;
    private final OffsetMap map;
    private final RecordHashes records;
    private final boolean isByRecord;

    private TailMatcher matcher;
    private long coveredTo;
    private boolean isSourceNew;
    private boolean hasLostBeginning;

    private TailSearch(TailReader reader, OffsetMap map, RecordHashes records, boolean isByRecord) {
        this.tail = reader.tail();
        this.isTimed = reader.isTimed();
        this.map = map;
        this.records = records;
        this.isByRecord = isByRecord;
        begin();
        this.isSourceNew = isByRecord;
    }

    /**
     * Counts source records: as many as the tail has, of which the last is compared.
     *
     * @param reader has read all of the tail
     * @param map ends at the saved position, from which on the source is read
     * @param records of the thread
     * @param hasLostBeginning whether the source lost records below the position since the fence was asked for
     */
    public static TailSearch byCount(TailReader reader, OffsetMap map, RecordHashes records, boolean hasLostBeginning) {
        TailSearch search = new TailSearch(reader, map, records, false);
        search.hasLostBeginning = hasLostBeginning;
        return search;
    }

    /** Compares source records one by one with the tail, which was read record by record. */
    public static TailSearch byRecord(TailReader reader, OffsetMap map, RecordHashes records) {
        return new TailSearch(reader, map, records, true);
    }

    /** The source is read again from the position on, which is after the fence stood. */
    public void beginAgain() {
        begin();
        isSourceNew = true;
    }

    private void begin() {
        matcher = new TailMatcher(tail);
        coveredTo = map.position();
    }

    /** The source lost records below the position: they may be in the tail. */
    public void loseBeginning() {
        hasLostBeginning = true;
    }

    /** How many records were found. */
    public long found() {
        return matcher.found();
    }

    /** How many records are looked for. */
    public long records() {
        return tail.records();
    }

    /** Below this source offset the target has what the source has, once the search has ended. */
    public long coveredTo() {
        return coveredTo;
    }

    /** Enters what was found into the map. */
    public void enterInto(OffsetMap found) {
        matcher.enterInto(found);
        if (coveredTo > found.position()) {
            found.advance(coveredTo);
        }
    }

    /** Up to this source offset there is nothing to copy. */
    public void advance(long nextOffset) {
        coveredTo = nextOffset;
    }

    /**
     * Goes through one source batch.
     *
     * @param at where the batch begins
     * @param isWhole whether it is a v2 batch without holes of which all records are wanted
     * @param fromOffset records below are not wanted
     * @param nextOffset the source offset after the batch
     * @throws CorruptBatchException when it must be decoded and is corrupt
     */
    public Step take(ByteBuffer bytes, int at, boolean isWhole, long fromOffset, long nextOffset) {
        return isByRecord
                ? compare(bytes, at, fromOffset, nextOffset)
                : count(bytes, at, isWhole, fromOffset, nextOffset);
    }

    private Step count(ByteBuffer bytes, int at, boolean isWhole, long fromOffset, long nextOffset) {
        if (isWhole && BatchHeader.recordCount(bytes, at) < matcher.missing()) {
            matcher.take(BatchHeader.baseOffset(bytes, at), BatchHeader.recordCount(bytes, at));
            coveredTo = nextOffset;
            return Step.GO_ON;
        }
        Counted counted = new Counted(fromOffset);
        records.visit(bytes, at, counted);
        if (matcher.missing() > 0) {
            coveredTo = nextOffset;
            return Step.GO_ON;
        }
        if (!counted.isLast) {
            return Step.ANOTHER_RECORD;
        }
        if (provesAll(counted.lastOffset)) {
            coveredTo = Math.min(nextOffset, counted.lastOffset + 1);
            return Step.FOUND;
        }
        return isSourceNew ? Step.NOT_PROVEN : Step.FETCH_AGAIN;
    }

    /**
     * Whether the last record of the tail proves those before it. What is left of a source that is read after the fence
     * stood was there for earlier owners, too: as many records up to the same one are the same ones. What was read before
     * may hold records that compaction removed before an earlier owner came to them, and others may be gone that it wrote:
     * then only offsets without a hole prove it. So it is where records have the target's times, for those that say the same
     * are not told apart.
     */
    private boolean provesAll(long lastOffset) {
        boolean isDense = !hasLostBeginning && lastOffset + 1 - map.position() == tail.records();
        return isDense || (isSourceNew && isTimed && !hasLostBeginning);
    }

    private Step compare(ByteBuffer bytes, int at, long fromOffset, long nextOffset) {
        Compared compared = new Compared(fromOffset);
        records.visit(bytes, at, compared);
        if (!compared.isNew && matcher.missing() > 0) {
            coveredTo = nextOffset;
            return Step.GO_ON;
        }
        if (compared.lastOffset >= 0) {
            coveredTo = Math.min(nextOffset, compared.lastOffset + 1);
        }
        return Step.FOUND;
    }

    /** Takes a batch's records one by one until none is missing. */
    private final class Counted implements RecordHashes.Visitor {
        private final long fromOffset;
        private long lastOffset = -1;
        private boolean isLast;

        Counted(long fromOffset) {
            this.fromOffset = fromOffset;
        }

        @Override
        public boolean visit(long offset, long timestamp, long contentHash) {
            if (offset < fromOffset) {
                return true;
            }
            matcher.take(offset, 1);
            lastOffset = offset;
            boolean isEnd = matcher.missing() == 0;
            isLast = isEnd && tail.isLast(timestamp, contentHash, isTimed);
            return !isEnd;
        }
    }

    /** Takes a batch's records as long as the target has them. */
    private final class Compared implements RecordHashes.Visitor {
        private final long fromOffset;
        private long lastOffset = -1;
        private boolean isNew;

        Compared(long fromOffset) {
            this.fromOffset = fromOffset;
        }

        @Override
        public boolean visit(long offset, long timestamp, long contentHash) {
            if (offset < fromOffset) {
                return true;
            }
            if (matcher.takeIfThere(offset, TailReader.hash(isTimed, timestamp, contentHash))) {
                lastOffset = offset;
                return matcher.missing() > 0;
            }
            isNew = true;
            return false;
        }
    }
}
