package io.replicator.simulation;

import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;

/** One instance's copy of a partition, and what must be true of it at any time. */
final class CopiedPartition {
    final int laneIndex;
    final TargetReader reader;
    final SourceLog source;
    final SimulatedPartition target;
    final Partition partition;
    final OffsetMap map;

    boolean removed;

    /** The source offset of a record that the target cannot take, -1 for none. */
    long unfixableOffset = -1;

    private long lastPosition;

    CopiedPartition(int laneIndex, TargetReader reader, Partition partition, OffsetMap map) {
        this.laneIndex = laneIndex;
        this.reader = reader;
        this.source = reader.source;
        this.target = reader.target;
        this.partition = partition;
        this.map = map;
        this.lastPosition = partition.position();
    }

    void check() {
        reader.read();
        checkPosition();
        checkLastRun();
    }

    private void checkPosition() {
        long position = partition.position();
        long most = reader.mostPosition();
        must(position >= lastPosition, "the position went back from " + lastPosition + " to", position);
        must(position <= most, "only what is below " + most + " is on the target, but the position is", position);
        must(map.position() == position, "the map ends at " + map.position() + ", not at", position);
        lastPosition = position;
    }

    private void checkLastRun() {
        if (map.runs() > 0) {
            int run = map.runs() - 1;
            reader.checkPair(map.runSource(run), map.runTarget(run));
            reader.checkPair(map.runSource(run) + map.runLength(run) - 1, map.runTarget(run) + map.runLength(run) - 1);
        }
    }

    /** Every record of every run is where the map has it, and no copied record below the position is left out. */
    void checkWholeMap() {
        long records = 0;
        for (int run = 0; run < map.runs(); run++) {
            for (long i = 0; i < map.runLength(run); i++) {
                reader.checkPair(map.runSource(run) + i, map.runTarget(run) + i);
            }
            records += map.runLength(run);
        }
        long most = reader.copies(map.start(), map.position());
        long least = reader.copiesThatAreThere(map.start(), map.position());
        must(
                (records >= least && records <= most) || reader.hasRepeats(),
                "below the position are " + least + " to " + most + " records, the map holds",
                records);
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
        if (!isDone()) {
            throw new AssertionError("not finished: " + this);
        }
        checkWholeMap();
        if (removed) {
            return;
        }
        if (unfixableOffset >= 0) {
            must(
                    partition.position() == unfixableOffset || reader.mostPosition() == unfixableOffset,
                    "stopped, but not at " + unfixableOffset + ":",
                    this);
            must(
                    partition.targetHealth().reason().contains("@" + unfixableOffset),
                    "the reason does not say where:",
                    this);
        } else {
            must(reader.isComplete(), "not everything was copied:", this);
        }
    }

    private void must(boolean holds, String what, Object found) {
        if (!holds) {
            throw new Violation(partition + ": " + what + " " + found);
        }
    }

    @Override
    public String toString() {
        return partition + " at " + partition.position() + " of " + source.readableEnd() + ", " + reader + ", "
                + partition.health() + (unfixableOffset < 0 ? "" : ", unfixable " + unfixableOffset);
    }
}
