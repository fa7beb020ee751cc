package io.replicator.partition;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * One source partition and its copy: what the stages and the control plane share about it. Each mutable field has one
 * writer, named beside it; any thread may read.
 */
public final class Partition {

    private final TopicPartition source;
    private final Uuid sourceTopicId;
    private final String targetTopic;
    private final Uuid targetTopicId;
    private final int shard;

    // Written by the fetcher.
    private final AtomicLong sourceStart = new AtomicLong(-1);
    private final AtomicLong sourceEnd = new AtomicLong(-1);
    private volatile Health sourceHealth = Health.RUNNING;
    private volatile long outOfRangeOffset = -1;
    private volatile Divergence divergence = Divergence.NONE;
    private volatile LeaderEpochs leaderEpochs = LeaderEpochs.NONE;
    private volatile long highWatermark = -1;
    private volatile int freshnessAnswered;
    private volatile FetchEnd fetchEnd = FetchEnd.NOT_YET;

    // Written by the producer.
    private final AtomicInteger freshnessRequests = new AtomicInteger();
    private final AtomicLong position;
    private final AtomicLong targetEnd;
    private final AtomicLong lastTimestamp = new AtomicLong(-1);
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong releasedBytes = new AtomicLong();
    private final AtomicLong targetKnownTo = new AtomicLong(-1);
    private final AtomicLong truncatedRecords = new AtomicLong();
    private volatile Health targetHealth = Health.RUNNING;

    // Written by the control plane.
    private volatile Health controlHealth = Health.RUNNING;
    private volatile int targetMaxBatchBytes;
    private final AtomicLong gapRecords = new AtomicLong();
    private final AtomicLong recreations = new AtomicLong();
    private volatile Health transactionHealth = Health.RUNNING;
    private final AtomicLong targetStart = new AtomicLong(-1);

    /**
     * @param source topic and number on the source
     * @param sourceTopicId the topic's id there, zero where the cluster has none
     * @param targetTopic the topic on the target; the number is the same
     * @param targetTopicId its id there, zero where the cluster has none
     * @param shard the shard, which owns the producer identity
     * @param position the source offset of the first record to copy
     * @param targetEnd the target offset after the last copied record, -1 when none is known
     * @param targetMaxBatchBytes the largest batch the target topic takes ({@code max.message.bytes})
     */
    public Partition(
            TopicPartition source,
            Uuid sourceTopicId,
            String targetTopic,
            Uuid targetTopicId,
            int shard,
            long position,
            long targetEnd,
            int targetMaxBatchBytes) {
        this.source = source;
        this.sourceTopicId = sourceTopicId;
        this.targetTopic = targetTopic;
        this.targetTopicId = targetTopicId;
        this.shard = shard;
        this.position = new AtomicLong(position);
        this.targetEnd = new AtomicLong(targetEnd);
        this.targetMaxBatchBytes = targetMaxBatchBytes;
    }

    public TopicPartition source() {
        return source;
    }

    public Uuid sourceTopicId() {
        return sourceTopicId;
    }

    public String targetTopic() {
        return targetTopic;
    }

    public Uuid targetTopicId() {
        return targetTopicId;
    }

    public int number() {
        return source.partition();
    }

    public int shard() {
        return shard;
    }

    /** The source's log start offset as last seen, -1 before. */
    public long sourceStart() {
        return sourceStart.getAcquire();
    }

    /** Where the source ends for the flow's isolation, as last seen; -1 before. */
    public long sourceEnd() {
        return sourceEnd.getAcquire();
    }

    /** The fetcher: the offsets in the broker's last answer. */
    public void publishSource(long start, long end) {
        sourceStart.setRelease(start);
        sourceEnd.setRelease(end);
    }

    /**
     * The producer: asks for offsets of the source that are not older than this call.
     *
     * @return the number of the request, from 1 on
     */
    public int requestFreshness() {
        return freshnessRequests.incrementAndGet();
    }

    /** How many such requests there were. */
    public int freshnessRequests() {
        return freshnessRequests.get();
    }

    /** The latest request that is answered: the published offsets are not older than it. */
    public int freshnessAnswered() {
        return freshnessAnswered;
    }

    /** The fetcher: the leader has answered a fetch that was sent after this request. */
    public void answerFreshness(int request) {
        freshnessAnswered = request;
    }

    /** The source offset of the next record to be acknowledged. */
    public long position() {
        return position.getAcquire();
    }

    /** The target offset after the last acknowledged record, -1 when none is known. */
    public long targetEnd() {
        return targetEnd.getAcquire();
    }

    /** The largest timestamp of the last acknowledged batch, -1 before the first. */
    public long lastTimestamp() {
        return lastTimestamp.getAcquire();
    }

    public long records() {
        return records.getAcquire();
    }

    public long bytes() {
        return bytes.getAcquire();
    }

    /** Bytes of source batches that the producer has released, acknowledged or not. */
    public long releasedBytes() {
        return releasedBytes.getAcquire();
    }

    /** The producer: every record below the position that is to be copied is on the target. */
    public void publishPosition(long newPosition, long newTargetEnd) {
        position.setRelease(newPosition);
        targetEnd.setRelease(newTargetEnd);
    }

    /** The producer: every record of this flow below this target offset is known. */
    public void extendTargetKnownTo(long offset) {
        targetKnownTo.setRelease(offset);
    }

    /** The target offset below which all of the copy is known, this flow's markers included; -1 when none is. */
    public long targetKnownTo() {
        return targetKnownTo.getAcquire();
    }

    /** The producer: records were acknowledged. */
    public void copied(long moreRecords, long moreBytes, long maxTimestamp) {
        records.setRelease(records.getPlain() + moreRecords);
        bytes.setRelease(bytes.getPlain() + moreBytes);
        lastTimestamp.setRelease(maxTimestamp);
    }

    /** The producer: it released so many bytes of fetched batches. */
    public void released(long moreBytes) {
        releasedBytes.setRelease(releasedBytes.getPlain() + moreBytes);
    }

    /** The fetcher: the source does not have this offset; -1 when fetching works again. */
    public void publishOutOfRange(long offset) {
        outOfRangeOffset = offset;
    }

    /** The offset that the source does not have, -1 for none. */
    public long outOfRangeOffset() {
        return outOfRangeOffset;
    }

    /** The fetcher: the source's log is not the log that was read; {@link Divergence#NONE} when fetching works again. */
    public void publishDivergence(Divergence found) {
        divergence = found;
    }

    /** How the source's log differs from what was read, by its leader's last answer. */
    public Divergence divergence() {
        return divergence;
    }

    /** The fetcher, and its creator before that: the leader epochs of what was read. */
    public void publishLeaderEpochs(LeaderEpochs epochs) {
        leaderEpochs = epochs;
    }

    /** The leader epochs of what was read; that is more than what was acknowledged. */
    public LeaderEpochs leaderEpochs() {
        return leaderEpochs;
    }

    /** The fetcher: it has stopped fetching the partition. */
    public void publishFetchEnd(FetchEnd end) {
        fetchEnd = end;
    }

    /** Where fetching stopped, {@link FetchEnd#NOT_YET} while the partition is fetched. */
    public FetchEnd fetchEnd() {
        return fetchEnd;
    }

    /** The fetcher: below this offset the source's records are on all in-sync replicas, in open transactions or not. */
    public void publishHighWatermark(long offset) {
        if (offset != highWatermark) {
            highWatermark = offset;
        }
    }

    /** The source's high watermark as last seen, -1 before. */
    public long highWatermark() {
        return highWatermark;
    }

    /** The fetcher's view of the partition. */
    public void publishSourceHealth(Health health) {
        sourceHealth = health;
    }

    /** The same for callers that repeat themselves: written only when it differs. */
    public void publishSourceHealthIfChanged(Health health) {
        if (!health.equals(sourceHealth)) {
            sourceHealth = health;
        }
    }

    /** The producer's view of the partition. */
    public void publishTargetHealth(Health health) {
        targetHealth = health;
    }

    /** The same for callers that repeat themselves: written only when it differs. */
    public void publishTargetHealthIfChanged(Health health) {
        if (!health.equals(targetHealth)) {
            targetHealth = health;
        }
    }

    /** The control plane's view of the partition. */
    public void publishControlHealth(Health health) {
        controlHealth = health;
    }

    /** The control plane: whether an open transaction on the source delays the partition. */
    public void publishTransactionHealthIfChanged(Health health) {
        if (!health.equals(transactionHealth)) {
            transactionHealth = health;
        }
    }

    public Health sourceHealth() {
        return sourceHealth;
    }

    public Health targetHealth() {
        return targetHealth;
    }

    /** The partition's health: the worst of all views. */
    public Health health() {
        return controlHealth.worseOf(transactionHealth).worseOf(sourceHealth).worseOf(targetHealth);
    }

    /** The largest batch the target topic takes, in bytes. */
    public int targetMaxBatchBytes() {
        return targetMaxBatchBytes;
    }

    /** The control plane: the target topic's {@code max.message.bytes} is now this. */
    public void publishTargetMaxBatchBytes(int maxBytes) {
        targetMaxBatchBytes = maxBytes;
    }

    /** The control plane: the target's log begins here. */
    public void publishTargetStart(long offset) {
        targetStart.setRelease(offset);
    }

    /** The target's log start offset at the last periodic look; -1 before. */
    public long targetStart() {
        return targetStart.getAcquire();
    }

    /** The control plane: so many offsets were lost on the source before they could be copied. */
    public void addGap(long records) {
        gapRecords.setRelease(gapRecords.getPlain() + records);
    }

    /** The producer: so many copied records are no longer on the source. */
    public void truncated(long lostRecords) {
        truncatedRecords.setRelease(truncatedRecords.getPlain() + lostRecords);
    }

    /** Records that were copied and that the source then lost, as far as this process knows. */
    public long truncatedRecords() {
        return truncatedRecords.getAcquire();
    }

    public long gapRecords() {
        return gapRecords.getAcquire();
    }

    /** How often the source's topic was recreated and copying went on with the new one. */
    public long recreations() {
        return recreations.getAcquire();
    }

    /** The partition's creator: what was counted earlier. */
    public void continueCounts(long formerRecreations, long formerGapRecords, long formerTruncatedRecords) {
        recreations.setRelease(formerRecreations);
        gapRecords.setRelease(formerGapRecords);
        truncatedRecords.setRelease(formerTruncatedRecords);
    }

    @Override
    public String toString() {
        return source.toString();
    }
}
