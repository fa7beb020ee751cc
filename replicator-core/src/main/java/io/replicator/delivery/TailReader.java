package io.replicator.delivery;

import io.replicator.batch.BatchHeader;
import io.replicator.batch.CorruptBatchException;
import io.replicator.batch.RecordHashes;
import io.replicator.offsets.OffsetMap;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads what earlier owners of a shard, or this one before it restarted, appended to one target partition after the saved
 * progress: everything up to the marker of the latest grant, behind which no earlier owner can write.
 *
 * <pre>
 *   target   [ saved progress ][ ours | others' | ours ... ][ marker of the grant ][ others' ...
 *                              from                                               to
 * </pre>
 *
 * <p>Batches whose producer id is one of the shard's are counted by their headers; only the batch with the last record is
 * decoded. Where counting proves nothing, all is read again and each record is decoded. What was written in a transaction
 * counts when its marker says that it was committed. One target partition, producer's thread.
 */
public final class TailReader {
    private final Grant grant;
    private final Set<Long> producerIds;
    private final RecordHashes records;
    private final boolean isFromStart;

    private long from;
    private long to = -1;
    private long offset;
    private boolean isByRecord;
    private boolean isTimed = true;
    private Tail tail = new Tail();

    /** What was read of transactions whose markers were not, by producer id: nothing of it counts until they commit. */
    private final Map<Long, Tail> open = new HashMap<>();

    /**
     * @param map what is saved: the target is read from where it ends
     * @param grant whose marker ends the tail
     * @param producerIds all that ever wrote for the shard
     * @param records of the thread
     */
    public TailReader(OffsetMap map, Grant grant, Set<Long> producerIds, RecordHashes records) {
        this.grant = grant;
        this.producerIds = producerIds;
        this.records = records;
        this.isFromStart = map.targetEnd() < 0 && map.targetStart() < 0;
        this.from = Math.max(0, Math.max(map.targetEnd(), map.targetStart()));
        this.offset = from;
    }

    /** The target offset to read next. */
    public long offset() {
        return offset;
    }

    /** Where reading began. */
    public long from() {
        return from;
    }

    /** The target offset after the marker, -1 while the marker was not read. */
    public long to() {
        return to;
    }

    /** What was read so far. */
    public Tail tail() {
        return tail;
    }

    /** Whether the records have the times that the source gave them, as opposed to the target's own. */
    public boolean isTimed() {
        return isTimed;
    }

    /**
     * The target's log begins behind the offset to read next.
     *
     * @return whether reading goes on there: so it does where the saved progress does not say from where on the target is ours
     */
    public boolean moveTo(long logStart) {
        boolean isMoved = !isByRecord && isFromStart && logStart > offset;
        if (isMoved) {
            from = logStart;
            begin();
        }
        return isMoved;
    }

    /** Reads all once more, now record by record. */
    public void readByRecord() {
        isByRecord = true;
        begin();
    }

    private void begin() {
        offset = from;
        tail = new Tail();
        open.clear();
    }

    /**
     * Reads on.
     *
     * @param batches at or after the offset to read next; the last one may be cut off
     * @return whether all was read that is to be
     * @throws CorruptBatchException when a batch that must be decoded is corrupt
     */
    public boolean read(ByteBuffer batches) {
        boolean isDone = false;
        int at = batches.position();
        while (!isDone && BatchHeader.isWhole(batches, at, batches.limit())) {
            isDone = readBatch(batches, at);
            at += BatchHeader.sizeInBytes(batches, at);
        }
        if (!isByRecord) {
            readLast(tail, batches);
            open.values().forEach(each -> readLast(each, batches));
        }
        return isDone;
    }

    private boolean readBatch(ByteBuffer batches, int at) {
        long baseOffset = BatchHeader.baseOffset(batches, at);
        long nextOffset = BatchHeader.nextOffset(batches, at);
        if (to >= 0 && baseOffset >= to) {
            return true;
        }
        if (nextOffset <= offset) {
            return false;
        }
        if (baseOffset > offset) {
            tail.markHoles();
        }
        if (isMarker(batches, at)) {
            to = nextOffset;
        } else if (isOurs(batches, at)) {
            readOwn(batches, at);
        }
        offset = nextOffset;
        return offset == to;
    }

    /** The one that shows that the fence stands: nothing of an earlier owner comes after it. */
    private boolean isMarker(ByteBuffer batches, int at) {
        return !isByRecord
                && BatchHeader.magic(batches, at) == BatchHeader.MAGIC_V2
                && BatchHeader.isControl(batches, at)
                && BatchHeader.producerId(batches, at) == grant.producerId()
                && BatchHeader.producerEpoch(batches, at) == grant.epoch();
    }

    private boolean isOurs(ByteBuffer batches, int at) {
        return BatchHeader.magic(batches, at) == BatchHeader.MAGIC_V2
                && BatchHeader.producerId(batches, at) >= 0
                && producerIds.contains(BatchHeader.producerId(batches, at));
    }

    /** What was written in a transaction counts when that is committed, and not at all when it is aborted. */
    private void readOwn(ByteBuffer batches, int at) {
        long producerId = BatchHeader.producerId(batches, at);
        if (BatchHeader.isControl(batches, at)) {
            Tail ended = open.remove(producerId);
            if (ended != null && BatchHeader.isCommit(batches, at)) {
                tail.add(ended);
            }
        } else if (BatchHeader.isTransactional(batches, at)) {
            readInto(open.computeIfAbsent(producerId, any -> new Tail()), batches, at);
        } else {
            readInto(tail, batches, at);
        }
    }

    /** Records of our batch that compaction removed count, too: each of our batches had a record at every offset. */
    private void readInto(Tail part, ByteBuffer batches, int at) {
        long first = Math.max(offset, BatchHeader.baseOffset(batches, at));
        if (BatchHeader.isLogAppendTime(batches, at)) {
            isTimed = false;
        }
        if (isByRecord) {
            records.visit(batches, at, (recordOffset, timestamp, contentHash) -> {
                if (recordOffset >= first) {
                    part.add(recordOffset, hash(isTimed, timestamp, contentHash));
                }
                return true;
            });
        } else {
            part.add(first, (int) (BatchHeader.nextOffset(batches, at) - first));
            part.markLastBatch(at);
        }
    }

    private void readLast(Tail part, ByteBuffer batches) {
        int at = part.takeLastBatch();
        if (at < 0) {
            return;
        }
        long lastOffset = BatchHeader.lastOffset(batches, at);
        records.visit(batches, at, (recordOffset, timestamp, contentHash) -> {
            if (recordOffset == lastOffset) {
                part.markLast(timestamp, contentHash);
            }
            return true;
        });
    }

    /** Where the target's own clock gave records their times, those are not compared. */
    static long hash(boolean isTimed, long timestamp, long contentHash) {
        return isTimed ? RecordHashes.withTimestamp(contentHash, timestamp) : contentHash;
    }
}
