package io.replicator.produce;

import io.replicator.delivery.Tail;
import io.replicator.delivery.TailMatcher;
import io.replicator.offsets.OffsetMap;
import io.replicator.wire.ScannedPartition;
import io.replicator.wire.TopicView;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * What stands between a partition and its first write, and how far that has come.
 *
 * <pre>
 *   UNFENCED --> FENCING --> READING --> COUNTING --> open
 *                               |            |
 *                               +------------+--> DOUBTED --> READING_AGAIN --> COMPARING --> open
 * </pre>
 */
final class PartitionRecovery implements ScannedPartition {
    /** What it waits for. */
    enum Stage {
        /** A grant that may fence, or the fate of what was sent for the partition before. */
        UNFENCED,
        /** The end of a transaction over the partition. */
        FENCING,
        /** The marker; what stands before it on the target is read. */
        READING,
        /** As many source records as were read, of which the last is compared. */
        COUNTING,
        /** Others, who hold too many records to be compared. */
        DOUBTED,
        /** The records that were read, to be told one from another. */
        READING_AGAIN,
        /** The first source record that is not among them. */
        COMPARING,
        /** An operator, or time. */
        STUCK
    }

    final PartitionWindow window;
    final TopicPartition target;
    Stage stage = Stage.UNFENCED;

    /** Where the target is read from, and what it is read up to: -1 while the marker was not seen. */
    long readFrom;

    long readTo = -1;

    /** Whether the saved progress does not say from where on the target is ours. */
    boolean isFromStart;

    long scanOffset;
    Tail tail = new Tail();
    TailMatcher recovery = new TailMatcher(tail);

    /** What was read of transactions whose markers were not, by producer id: nothing of it counts until they commit. */
    final Map<Long, Tail> open = new HashMap<>();

    /** How many records there are to be compared one by one. */
    long comparedRecords;

    /** The source offset after the batches that were gone through. */
    long goneTo;

    /** When the source was seen to have nothing more; 0 when it has. */
    long exhaustedNanos;

    /** The word of the source's leader that is awaited, or came; 0 for none. */
    int awaitedFreshness;

    /** Whether the source lost records while the tail was looked for: those before the position may be in it. */
    boolean lostItsBeginning;

    /** Whether the source was read after the fence stood, or what came may be older than what earlier owners read. */
    boolean isSourceNew;

    /** Of what makes it stuck: when it is tried again, and how often it was. */
    long notBeforeNanos;

    int failures;

    /** The identity's grant that fenced it. */
    int fencedGrant;

    /** Whether records have the times that the source gave them. */
    boolean isTimed = true;

    /** Since when it has been refused to be read, 0 when it is not. */
    long refusedNanos;

    long toldNanos;

    PartitionRecovery(PartitionWindow window) {
        this.window = window;
        this.target = window.target();
    }

    /** The target is read from where the map says that what is acknowledged ends. */
    void beginReading() {
        OffsetMap map = window.map();
        isFromStart = map.targetEnd() < 0 && map.targetStart() < 0;
        readFrom = Math.max(0, Math.max(map.targetEnd(), map.targetStart()));
        readTo = -1;
        isTimed = true;
        lostItsBeginning = false;
        stage = Stage.READING;
        readAnew();
    }

    void readAnew() {
        scanOffset = readFrom;
        tail = new Tail();
        open.clear();
    }

    /** What was read is looked for on the source. */
    void beginFinding(Stage how) {
        stage = how;
        beginsAgain();
        isSourceNew = how == Stage.COMPARING;
    }

    /** The source is read again from the map's position on. */
    void beginsAgain() {
        recovery = new TailMatcher(tail);
        goneTo = window.map().position();
        exhaustedNanos = 0;
        awaitedFreshness = 0;
        isSourceNew = true;
    }

    /**
     * Whether the last record of the tail proves those before it. What is left of a source that is read after the fence
     * stood was there for earlier owners, too: as many records up to the same one are the same ones. What was read before
     * may hold records that compaction removed before an earlier owner came to them, and others may be gone that it wrote:
     * then only offsets without a hole prove it. So it is where records have the target's times, for those that say the same
     * are not told apart.
     */
    boolean provesAll(long lastOffset) {
        boolean isDense = !lostItsBeginning && lastOffset + 1 - window.map().position() == tail.records();
        return isDense || (isSourceNew && isTimed && !lostItsBeginning);
    }

    /** Whether it holds something of each record. */
    boolean isCompared() {
        return stage == Stage.READING_AGAIN || stage == Stage.COMPARING;
    }

    boolean isFinding() {
        return stage == Stage.COUNTING || stage == Stage.COMPARING;
    }

    @Override
    public TopicView topic() {
        return window.topic();
    }

    @Override
    public Uuid targetTopicId() {
        return window.partition().targetTopicId();
    }

    @Override
    public int partition() {
        return window.partition().number();
    }

    @Override
    public long scanOffset() {
        return scanOffset;
    }
}
