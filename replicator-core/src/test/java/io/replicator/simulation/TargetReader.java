package io.replicator.simulation;

import io.replicator.simulation.SimulatedPartition.Stored;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * A reader of everything on one target partition that is not in a transaction, and of what is in one that is committed. What
 * it sees of ours must be what a reader of the source sees or would have seen: each record once, in order, none left out but
 * those that retention or compaction removed. What a broker lost although readers saw it, it does not see any more.
 */
final class TargetReader {
    private static final long NOT_COPIED = -1;

    final SourceLog source;
    final SimulatedPartition target;

    /** Where copying begins. */
    private long start;

    private final LongPredicate isOurs;
    private final LongFunction<Optional<Boolean>> isCommitted;
    private final IntSupplier ambiguities;

    /** Of each offset of the target, the source offset of the record there; {@link #NOT_COPIED} for others' records. */
    private final List<Long> sourceOffsets = new ArrayList<>();

    /** By index of the source's visible records. */
    private final BitSet onTarget = new BitSet();

    private int looked;

    /** The index of the source's visible record that comes next. */
    private int next;

    /** The first that is neither on the target nor gone, as last seen. */
    private int missing;

    private int repeats;

    /** So many of the source's visible records are known to lie below the start. */
    private int undue;

    /**
     * @param isOurs whether a producer id is one that writes copies
     * @param isCommitted how the transaction was decided that a producer has open
     * @param ambiguities how often the engine has said so far that it may write again what it wrote
     */
    TargetReader(
            SourceLog source,
            SimulatedPartition target,
            long start,
            LongPredicate isOurs,
            LongFunction<Optional<Boolean>> isCommitted,
            IntSupplier ambiguities) {
        this.source = source;
        this.target = target;
        this.start = start;
        this.isOurs = isOurs;
        this.isCommitted = isCommitted;
        this.ambiguities = ambiguities;
    }

    /** Copying begins at an offset of the source: what is below is not due. */
    void beginsAt(long offset) {
        start = offset;
    }

    /** How many records of the source lie below the start, of those that can be seen by now. */
    private int undue() {
        List<SeenRecord> visible = source.visible();
        while (undue < visible.size() && visible.get(undue).offset() < start) {
            undue++;
        }
        return undue;
    }

    /** How many records of the source lie below an offset. */
    private int before(long offset) {
        List<SeenRecord> visible = source.visible();
        int count = 0;
        while (count < visible.size() && visible.get(count).offset() < offset) {
            count++;
        }
        return count;
    }

    void read() {
        if (target.end < sourceOffsets.size()) {
            forgetWhatIsLost();
        }
        while (looked < target.log.size() && target.log.get(looked).lastOffset() < target.highWatermark) {
            Stored stored = target.log.get(looked);
            MutableRecordBatch batch = MemoryRecords.readableRecords(stored.bytes())
                    .batches()
                    .iterator()
                    .next();
            Optional<Boolean> isReadable = isReadable(batch);
            if (isReadable.isEmpty()) {
                return;
            }
            read(stored, batch, isReadable.get());
            looked++;
        }
    }

    private void forgetWhatIsLost() {
        List<Long> lost = sourceOffsets.subList((int) target.end, sourceOffsets.size());
        lost.stream().filter(offset -> offset != NOT_COPIED).forEach(offset -> onTarget.clear(before(offset)));
        lost.clear();
        looked = target.log.size();
        next = onTarget.length();
        missing = 0;
    }

    /** Whether a reader of what is committed sees it; empty while that is not decided. */
    private Optional<Boolean> isReadable(MutableRecordBatch batch) {
        if (!batch.isTransactional() || batch.isControlBatch()) {
            return Optional.of(true);
        }
        return target.isOpen(batch.producerId(), batch.baseOffset())
                ? isCommitted.apply(batch.producerId())
                : Optional.of(!target.isAborted(batch.producerId(), batch.baseOffset()));
    }

    private void read(Stored stored, MutableRecordBatch batch, boolean isReadable) {
        boolean isCopy =
                isReadable && !batch.isControlBatch() && batch.hasProducerId() && isOurs.test(batch.producerId());
        if (!isCopy) {
            for (long offset = stored.baseOffset(); offset <= stored.lastOffset(); offset++) {
                sourceOffsets.add(NOT_COPIED);
            }
            return;
        }
        List<SeenRecord> records = new ArrayList<>();
        SeenRecord.read(stored.bytes(), records);
        for (SeenRecord record : records) {
            int index = place(record);
            onTarget.set(index);
            next = index + 1;
            sourceOffsets.add(source.visible().get(index).offset());
        }
    }

    /** The index of the source's record that this one is a copy of. */
    private int place(SeenRecord record) {
        List<SeenRecord> visible = source.visible();
        int first = Math.max(next, undue());
        int index = first;
        while (index < visible.size() && !record.isCopyOf(visible.get(index)) && source.isGone(index)) {
            index++;
        }
        if (index < visible.size() && record.isCopyOf(visible.get(index))) {
            return index;
        }
        int before = first - 1;
        while (before >= undue && !record.isCopyOf(visible.get(before))) {
            before--;
        }
        if (before >= undue && repeats < ambiguities.getAsInt()) {
            repeats++;
            return before;
        }
        must(index < visible.size(), "a record was written that nobody can read on the source, or again:", record);
        throw new Violation(target + ": instead of " + visible.get(index) + " was written " + record
                + (before < undue ? "" : ", which was written before"));
    }

    /** Everything below must be on the target or gone: how far a position may be. */
    long mostPosition() {
        List<SeenRecord> visible = source.visible();
        missing = Math.max(missing, undue());
        while (missing < visible.size() && (onTarget.get(missing) || source.isGone(missing))) {
            missing++;
        }
        // Where nothing is readable yet behind the start, that is how far it is.
        return Math.max(start, missing < visible.size() ? visible.get(missing).offset() : source.readableEnd());
    }

    /**
     * Whether one who reads on from a target offset reads exactly the copies that one does who reads the source from an offset
     * of it, but for those of records that the source has no more: a successor cannot tell which they were.
     */
    boolean isSame(long sourceOffset, long targetOffset) {
        for (int i = 0; i < sourceOffsets.size(); i++) {
            long copied = sourceOffsets.get(i);
            boolean isOnOtherSide = copied != NOT_COPIED && (copied < sourceOffset) != (i < targetOffset);
            if (isOnOtherSide && !source.isGone(before(copied))) {
                return hasRepeats();
            }
        }
        return targetOffset <= target.end;
    }

    void checkPair(long sourceOffset, long targetOffset) {
        must(targetOffset < sourceOffsets.size(), "the map names a target offset beyond the log:", targetOffset);
        long actual = sourceOffsets.get((int) targetOffset);
        must(actual == sourceOffset, "the map has " + sourceOffset + " at " + targetOffset + ", there is", actual);
    }

    /** How many records from one source offset to another are on the target. */
    long copies(long from, long to) {
        return sourceOffsets.stream()
                .filter(offset -> offset >= from && offset < to)
                .count();
    }

    /** The same, but for those that the source does not have any more: a successor cannot find them there again. */
    long copiesThatAreThere(long from, long to) {
        List<SeenRecord> visible = source.visible();
        return onTarget.stream()
                .filter(index -> !source.isGone(index))
                .mapToLong(index -> visible.get(index).offset())
                .filter(offset -> offset >= from && offset < to)
                .count();
    }

    boolean hasRepeats() {
        return repeats > 0;
    }

    /** Whether there is nothing on the source that is not on the target. */
    boolean isComplete() {
        return mostPosition() == source.readableEnd();
    }

    private void must(boolean holds, String what, Object found) {
        if (!holds) {
            throw new Violation(target + ": " + what + " " + found);
        }
    }

    @Override
    public String toString() {
        return "read " + looked + " batches, copied " + next + " of "
                + source.visible().size() + (repeats == 0 ? "" : ", " + repeats + " times again");
    }
}
