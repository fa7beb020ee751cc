package io.replicator.produce;

import io.replicator.measure.ProduceMeasures;
import io.replicator.offsets.OffsetMap;
import java.util.concurrent.TimeUnit;

/** Enters batches that the target has into their partitions' offset maps, and counts them. */
final class DeliveredBatches {
    private final ProduceMeasures measures;
    private final long epochOffsetNanos;

    /** @param epochOffsetNanos what is to be added to the agents' time to make it nanoseconds since 1970 */
    DeliveredBatches(ProduceMeasures measures, long epochOffsetNanos) {
        this.measures = measures;
        this.epochOffsetNanos = epochOffsetNanos;
    }

    /** False when the target offset contradicts what was acknowledged before: then nothing is entered. */
    boolean enter(PartitionWindow window, HeldBatch batch, long nowNanos) {
        OffsetMap map = window.map();
        if (batch.targetOffset() >= 0) {
            if (batch.targetOffset() < map.targetFloor()) {
                return false;
            }
            long targetOffset = batch.targetOffset();
            for (int run = 0; run < batch.runs(); run++) {
                map.append(batch.runStart(run), targetOffset, batch.runLength(run));
                targetOffset += batch.runLength(run);
            }
        }
        map.advance(batch.nextOffset());
        count(window, batch, nowNanos);
        return true;
    }

    private void count(PartitionWindow window, HeldBatch batch, long nowNanos) {
        SourceSpan span = batch.span();
        window.partition().copied(batch.recordCount(), span.bytes(), batch.maxTimestamp());
        switch (batch.way()) {
            case PASS -> measures.passedBatches.add(span.batches());
            case COALESCE -> measures.coalescedBatches.add(span.batches());
            case REBUILD -> measures.rebuiltBatches.add(span.batches());
        }
        measures.inProcessMicros.record(
                TimeUnit.NANOSECONDS.toMicros(nowNanos - span.arrivedNanos()), batch.recordCount());
        if (batch.maxTimestamp() >= 0) {
            measures.replicationMicros.record(
                    TimeUnit.MILLISECONDS.toMicros(epochMillis(nowNanos) - batch.maxTimestamp()), batch.recordCount());
        }
    }

    /** The agents' time as milliseconds since 1970. */
    long epochMillis(long nowNanos) {
        return TimeUnit.NANOSECONDS.toMillis(nowNanos + epochOffsetNanos);
    }
}
