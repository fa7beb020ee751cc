package io.replicator.produce;

import io.replicator.batch.BatchHeader;
import io.replicator.batch.BatchMerger;
import io.replicator.batch.BatchRebuilder;
import io.replicator.batch.BatchRebuilder.RebuiltBatch;
import io.replicator.batch.CorruptBatchException;
import io.replicator.batch.SourceRuns;
import io.replicator.partition.Partition;
import io.replicator.ring.BatchSlot;
import io.replicator.wire.ReceiveBuffer;
import io.replicator.wire.ReceivePool;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;

/**
 * Makes the batch that a partition sends next from the source batches that wait: passes, coalesces, or rebuilds, as {@link
 * WayChoice} says wherever there is a choice.
 */
final class Shaper {
    /** What a merged batch may grow to near by; larger ones gain nothing and delay their records. */
    private static final int NEAR_MERGED_BYTES = 1 << 20;

    /** Far away a partition's speed is the size of its batches, as far as the target takes them and a request holds them. */
    private static final int FAR_MERGED_BYTES = 8 << 20;

    /** Room for the offset and timestamp deltas that become longer when records are merged. */
    private static final int ROOM_PER_SOURCE_BATCH = 1 << 10;

    /** Room that compressing anew may take beyond what the source batches have, as a part of it. */
    private static final int COMPRESSION_ROOM = 8;

    /** When no buffer of the wanted size is free, one of half of it may be, and so on down to here. */
    private static final int MIN_MERGE_BUFFER_BYTES = 64 << 10;

    /** The largest batch a Kafka record batch can be. */
    private static final int ANY_SIZE = Integer.MAX_VALUE - 64;

    private final ReceivePool mergeBuffers;
    private final PendingBatch.Stock stock;
    private final BatchMerger merger = new BatchMerger(FAR_MERGED_BYTES);
    private final BatchRebuilder rebuilder = new BatchRebuilder();
    private final WayChoice choice;

    /** Of the batch that is shaped now. */
    private boolean isBoundByRoundTrips;

    Shaper(ReceivePool mergeBuffers, PendingBatch.Stock stock, WayChoice choice) {
        this.choice = choice;
        this.mergeBuffers = mergeBuffers;
        this.stock = stock;
    }

    /**
     * Shapes what stands at the head of {@code pending}, which holds a batch, and takes it from there.
     *
     * @param partition is told of source bytes of which nothing is wanted
     * @param inflight where the shaped batches go; none when no record of the source batch is wanted
     * @param maxBatchBytes the most the target takes; a batch of one record may be larger, and will be refused
     * @param boundByRoundTrips whether round trips are what limits the partition, see {@link WayChoice}
     * @return the source offset after what was taken
     * @throws CorruptBatchException when a batch that must be rebuilt is corrupt; nothing was taken then
     */
    long shape(
            Partition partition,
            ArrayDeque<PendingBatch> pending,
            InflightBatches inflight,
            int maxBatchBytes,
            boolean boundByRoundTrips) {
        isBoundByRoundTrips = boundByRoundTrips;
        PendingBatch head = pending.peek();
        long nextOffset = head.nextOffset;
        if (head.kind == BatchSlot.Kind.REBUILD || isTooLarge(head, maxBatchBytes) || choice.rebuildsAll()) {
            rebuild(partition, head, inflight, maxBatchBytes);
            take(pending, false);
        } else {
            HeldBatch merged = pending.size() > 1 && isMerged(head) ? merge(pending, maxBatchBytes) : null;
            if (merged == null) {
                merged = pass(head);
                take(pending, true);
            }
            inflight.add(merged);
            nextOffset = merged.nextOffset();
        }
        return nextOffset;
    }

    private static boolean isTooLarge(PendingBatch batch, int maxBatchBytes) {
        return batch.sizeInBytes > maxBatchBytes && BatchHeader.recordCount(batch.bytes, batch.at) > 1;
    }

    private boolean isMerged(PendingBatch batch) {
        return batch.kind == BatchSlot.Kind.WHOLE
                && BatchMerger.isMergeable(batch.bytes, batch.at)
                && choice.merges(BatchHeader.codec(batch.bytes, batch.at), batch.sizeInBytes, isBoundByRoundTrips);
    }

    private void take(ArrayDeque<PendingBatch> pending, boolean bufferLivesOn) {
        PendingBatch taken = pending.poll();
        if (!bufferLivesOn) {
            taken.buffer.release();
        }
        stock.giveBack(taken);
    }

    private static HeldBatch pass(PendingBatch batch) {
        int count = BatchHeader.recordCount(batch.bytes, batch.at);
        return new HeldBatch(
                HeldBatch.Way.PASS,
                new SourceSpan(
                        BatchHeader.baseOffset(batch.bytes, batch.at),
                        batch.nextOffset,
                        1,
                        batch.sizeInBytes,
                        batch.arrivedNanos),
                count,
                BatchHeader.maxTimestamp(batch.bytes, batch.at),
                null,
                batch.buffer,
                batch.bytes.slice(batch.at, batch.sizeInBytes));
    }

    /** Merges the head with what follows it; {@code null} when there is nothing to merge with, or no memory. */
    private HeldBatch merge(ArrayDeque<PendingBatch> pending, int maxBatchBytes) {
        int limit = Math.min(isBoundByRoundTrips ? FAR_MERGED_BYTES : NEAR_MERGED_BYTES, maxBatchBytes);
        int roomBytes = roomFor(pending, limit);
        ReceiveBuffer buffer = roomBytes == 0 ? null : takeMergeBuffer(roomBytes);
        if (buffer == null) {
            return null;
        }
        HeldBatch merged = null;
        try {
            merged = mergeInto(pending, buffer);
        } finally {
            if (merged == null) {
                merger.abandon();
                buffer.release();
            }
        }
        return merged;
    }

    private ReceiveBuffer takeMergeBuffer(int roomBytes) {
        int wanted = roomBytes;
        ReceiveBuffer buffer = mergeBuffers.take(wanted);
        while (buffer == null && wanted > MIN_MERGE_BUFFER_BYTES) {
            wanted /= 2;
            buffer = mergeBuffers.take(wanted);
        }
        return buffer;
    }

    /** How much room a merged batch needs; 0 when fewer than two batches would go in. */
    private int roomFor(ArrayDeque<PendingBatch> pending, int limit) {
        int codec = BatchHeader.codec(pending.peek().bytes, pending.peek().at);
        long roomBytes = 0;
        int batches = 0;
        for (PendingBatch batch : pending) {
            if (!isMerged(batch) || BatchHeader.codec(batch.bytes, batch.at) != codec || roomBytes >= limit) {
                break;
            }
            roomBytes += batch.sizeInBytes + ROOM_PER_SOURCE_BATCH;
            batches++;
        }
        if (BatchHeader.isCompressed(pending.peek().bytes, pending.peek().at)) {
            roomBytes += roomBytes / COMPRESSION_ROOM;
        }
        return batches < 2 ? 0 : (int) Math.min(limit, roomBytes);
    }

    private HeldBatch mergeInto(ArrayDeque<PendingBatch> pending, ReceiveBuffer buffer) {
        ByteBuffer bytes = buffer.bytes();
        merger.begin(bytes);
        int batches = 0;
        long sourceBytes = 0;
        long maxTimestamp = Long.MIN_VALUE;
        long nextOffset = -1;
        long arrivedNanos = pending.peek().arrivedNanos;
        for (Iterator<PendingBatch> each = pending.iterator(); each.hasNext(); ) {
            PendingBatch batch = each.next();
            if (!isMerged(batch) || !canAdd(batch)) {
                break;
            }
            batches++;
            sourceBytes += batch.sizeInBytes;
            maxTimestamp = Math.max(maxTimestamp, BatchHeader.maxTimestamp(batch.bytes, batch.at));
            nextOffset = batch.nextOffset;
        }
        int size = batches < 2 ? BatchMerger.NO_ROOM : merger.finish(-1, (short) -1, -1);
        if (size == BatchMerger.NO_ROOM) {
            return null;
        }
        for (int i = 0; i < batches; i++) {
            take(pending, false);
        }
        return new HeldBatch(
                HeldBatch.Way.COALESCE,
                new SourceSpan(merger.runStart(0), nextOffset, batches, sourceBytes, arrivedNanos),
                merger.recordCount(),
                maxTimestamp,
                mergedOffsets(),
                buffer,
                bytes.slice(0, size));
    }

    /** {@code null} when they are one run. */
    private SourceOffsets mergedOffsets() {
        int runs = merger.runs();
        if (runs == 1) {
            return null;
        }
        SourceOffsets offsets = new SourceOffsets(new long[runs], new int[runs]);
        for (int run = 0; run < runs; run++) {
            offsets.starts()[run] = merger.runStart(run);
            offsets.lengths()[run] = merger.runLength(run);
        }
        return offsets;
    }

    /** A corrupt batch is left to be passed: the target's broker judges it by the CRC it came with. */
    private boolean canAdd(PendingBatch batch) {
        try {
            return merger.add(batch.bytes, batch.at);
        } catch (CorruptBatchException corrupt) {
            return false;
        }
    }

    private void rebuild(Partition partition, PendingBatch batch, InflightBatches inflight, int maxBatchBytes) {
        List<RebuiltBatch> rebuilt =
                rebuilder.rebuild(batch.bytes, batch.at, batch.fromOffset, Math.min(ANY_SIZE, maxBatchBytes));
        for (int i = 0; i < rebuilt.size(); i++) {
            boolean isLast = i == rebuilt.size() - 1;
            long nextOffset =
                    isLast ? batch.nextOffset : rebuilt.get(i + 1).sourceRuns().start(0);
            inflight.add(rebuiltBatch(batch, rebuilt.get(i), nextOffset, isLast));
        }
        if (rebuilt.isEmpty()) {
            partition.released(batch.sizeInBytes);
        }
    }

    /** The source batch is counted with the last of the batches that it became. */
    private static HeldBatch rebuiltBatch(PendingBatch source, RebuiltBatch rebuilt, long nextOffset, boolean isLast) {
        SourceOffsets offsets = rebuiltOffsets(rebuilt.sourceRuns());
        return new HeldBatch(
                HeldBatch.Way.REBUILD,
                new SourceSpan(
                        offsets.starts()[0],
                        nextOffset,
                        isLast ? 1 : 0,
                        isLast ? source.sizeInBytes : 0,
                        source.arrivedNanos),
                rebuilt.recordCount(),
                BatchHeader.maxTimestamp(rebuilt.bytes(), 0),
                offsets,
                null,
                rebuilt.bytes());
    }

    private static SourceOffsets rebuiltOffsets(SourceRuns runs) {
        SourceOffsets offsets = new SourceOffsets(new long[runs.count()], new int[runs.count()]);
        for (int run = 0; run < runs.count(); run++) {
            offsets.starts()[run] = runs.start(run);
            offsets.lengths()[run] = runs.length(run);
        }
        return offsets;
    }
}
