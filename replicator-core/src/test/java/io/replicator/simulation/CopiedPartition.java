package io.replicator.simulation;

import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.simulation.SimulatedPartition.Stored;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** One partition on both sides, and what must be true of its copy at any time. */
final class CopiedPartition {
    private static final long NOT_COPIED = -1;

    final int slot;
    final SourceLog source;
    final SimulatedPartition target;
    final Partition partition;
    final OffsetMap map;

    boolean removed;

    /** The source offset of a record that the target cannot take, -1 for none. */
    long unfixableOffset = -1;

    /** Of each offset of the target, the source offset of the record there; {@link #NOT_COPIED} for others' records. */
    private final List<Long> sourceOffsets = new ArrayList<>();

    private int looked;
    private int copied;
    private long lastPosition;
    private final long start;

    CopiedPartition(int slot, SourceLog source, SimulatedPartition target, Partition partition, OffsetMap map) {
        this.slot = slot;
        this.source = source;
        this.target = target;
        this.partition = partition;
        this.map = map;
        this.lastPosition = partition.position();
        this.start = partition.position();
        this.copied = before(start);
    }

    void check() {
        readTarget();
        checkPosition();
        checkLastRun();
    }

    /** A reader of everything on the target reads a prefix of what a reader of the source does, each record once. */
    private void readTarget() {
        if (looked == target.log.size()) {
            return;
        }
        List<SeenRecord> visible = source.visible();
        for (; looked < target.log.size(); looked++) {
            Stored stored = target.log.get(looked);
            boolean isOurs = MemoryRecords.readableRecords(stored.bytes())
                    .batches()
                    .iterator()
                    .next()
                    .hasProducerId();
            List<SeenRecord> records = new ArrayList<>();
            SeenRecord.read(stored.bytes(), records);
            for (SeenRecord record : records) {
                if (isOurs) {
                    must(copied < visible.size(), "a record was written that nobody can read on the source", record);
                    SeenRecord expected = visible.get(copied);
                    must(record.isCopyOf(expected), "instead of " + expected + " was written", record);
                    copied++;
                }
                sourceOffsets.add(isOurs ? visible.get(copied - 1).offset() : NOT_COPIED);
            }
        }
    }

    private void checkPosition() {
        long position = partition.position();
        List<SeenRecord> visible = source.visible();
        long most = copied < visible.size() ? visible.get(copied).offset() : source.readableEnd();
        must(position >= lastPosition, "the position went back from " + lastPosition + " to", position);
        must(position <= most, "only what is below " + most + " is on the target, but the position is", position);
        must(map.position() == position, "the map ends at " + map.position() + ", not at", position);
        lastPosition = position;
    }

    private void checkLastRun() {
        if (map.runs() > 0) {
            int run = map.runs() - 1;
            checkPair(map.runSource(run), map.runTarget(run));
            checkPair(map.runSource(run) + map.runLength(run) - 1, map.runTarget(run) + map.runLength(run) - 1);
        }
    }

    private void checkPair(long sourceOffset, long targetOffset) {
        must(targetOffset < sourceOffsets.size(), "the map names a target offset beyond the log:", targetOffset);
        long actual = sourceOffsets.get((int) targetOffset);
        must(actual == sourceOffset, "the map has " + sourceOffset + " at " + targetOffset + ", there is", actual);
    }

    /** Every record of every run is where the map has it, and no copied record below the position is left out. */
    void checkWholeMap() {
        long records = 0;
        for (int run = 0; run < map.runs(); run++) {
            for (long i = 0; i < map.runLength(run); i++) {
                checkPair(map.runSource(run) + i, map.runTarget(run) + i);
            }
            records += map.runLength(run);
        }
        int below = before(map.position()) - before(start);
        must(records == below, "below the position are " + below + " records, the map holds", records);
    }

    /** How many records of the source lie below an offset. */
    private int before(long offset) {
        return (int) source.visible().stream()
                .filter(record -> record.offset() < offset)
                .count();
    }

    boolean isDone() {
        if (removed) {
            return true;
        }
        if (unfixableOffset >= 0) {
            return partition.targetHealth().state() == PartitionState.FAILED;
        }
        return partition.position() == source.readableEnd()
                && partition.health().state() == PartitionState.RUNNING;
    }

    /** Once nothing goes wrong any more and nothing more is written. */
    void checkEnd() {
        must(isDone(), "not finished:", this);
        checkWholeMap();
        if (removed) {
            return;
        }
        if (unfixableOffset >= 0) {
            must(
                    partition.position() == unfixableOffset
                            || source.visible().get(copied).offset() == unfixableOffset,
                    "stopped, but not at " + unfixableOffset + ":",
                    this);
            must(
                    partition.targetHealth().reason().contains("@" + unfixableOffset),
                    "the reason does not say where:",
                    this);
        } else {
            must(copied == source.visible().size(), "not everything was copied:", this);
        }
    }

    private void must(boolean holds, String what, Object found) {
        if (!holds) {
            throw new AssertionError(partition + ": " + what + " " + found);
        }
    }

    @Override
    public String toString() {
        return partition + " at " + partition.position() + " of " + source.readableEnd() + ", copied " + copied + " of "
                + source.visible().size() + ", " + partition.health()
                + (unfixableOffset < 0 ? "" : ", unfixable " + unfixableOffset);
    }
}
