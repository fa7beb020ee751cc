package io.replicator.partition;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * One source partition and its copy: what the stages and the control plane share of it. Each mutable field has one
 * writer, named beside it; everybody may read.
 */
public final class Partition {

    private final TopicPartition source;
    private final Uuid sourceTopicId;
    private final String targetTopic;
    private final Uuid targetTopicId;
    private final int group;

    // Written by the fetcher.
    private final AtomicLong sourceStart = new AtomicLong(-1);
    private final AtomicLong sourceEnd = new AtomicLong(-1);
    private volatile Health sourceHealth = Health.RUNNING;
    private volatile long outOfRangeOffset = -1;

    // Written by the producer.
    private final AtomicLong position;
    private final AtomicLong targetEnd;
    private final AtomicLong lastTimestamp = new AtomicLong(-1);
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong releasedBytes = new AtomicLong();
    private volatile Health targetHealth = Health.RUNNING;

    // Written by the control plane.
    private volatile Health controlHealth = Health.RUNNING;
    private volatile int targetMaxBatchBytes;
    private final AtomicLong gapRecords = new AtomicLong();

    /**
     * @param source topic and number on the source
     * @param sourceTopicId the topic's id there, zero where the cluster has none
     * @param targetTopic the topic on the target; the number is the same
     * @param targetTopicId its id there, zero where the cluster has none
     * @param group the partition group, which owns the producer identity
     * @param position the source offset of the first record to copy
     * @param targetEnd the target offset after the last copied record, -1 when none is known
     * @param targetMaxBatchBytes the largest batch the target topic takes ({@code max.message.bytes})
     */
    public Partition(
            TopicPartition source,
            Uuid sourceTopicId,
            String targetTopic,
            Uuid targetTopicId,
            int group,
            long position,
            long targetEnd,
            int targetMaxBatchBytes) {
        this.source = source;
        this.sourceTopicId = sourceTopicId;
        this.targetTopic = targetTopic;
        this.targetTopicId = targetTopicId;
        this.group = group;
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

    public int group() {
        return group;
    }

    /** The source's log start offset as last seen, -1 before. */
    public long sourceStart() {
        return sourceStart.getAcquire();
    }

    /** Where the source ends for the flow's isolation, as last seen; -1 before. */
    public long sourceEnd() {
        return sourceEnd.getAcquire();
    }

    /** The fetcher: what the source's broker said. */
    public void sourceIs(long start, long end) {
        sourceStart.setRelease(start);
        sourceEnd.setRelease(end);
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

    /** Bytes of source batches that the producer let go of, acknowledged or not. */
    public long releasedBytes() {
        return releasedBytes.getAcquire();
    }

    /** The producer: everything below {@code position} is on the target or needs not be. */
    public void positionIs(long newPosition, long newTargetEnd) {
        position.setRelease(newPosition);
        targetEnd.setRelease(newTargetEnd);
    }

    /** The producer: records were acknowledged. */
    public void copied(long moreRecords, long moreBytes, long maxTimestamp) {
        records.setRelease(records.getPlain() + moreRecords);
        bytes.setRelease(bytes.getPlain() + moreBytes);
        lastTimestamp.setRelease(maxTimestamp);
    }

    /** The producer: it holds that much less of what was fetched. */
    public void released(long moreBytes) {
        releasedBytes.setRelease(releasedBytes.getPlain() + moreBytes);
    }

    /** The fetcher: the source does not have the offset any more, or not yet; -1 when it answered again. */
    public void outOfRangeIs(long offset) {
        outOfRangeOffset = offset;
    }

    /** The offset that the source does not have, -1 when all is well. */
    public long outOfRangeOffset() {
        return outOfRangeOffset;
    }

    /** The fetcher's view of the partition. */
    public void sourceHealthIs(Health health) {
        sourceHealth = health;
    }

    /** The same for what is said again and again: written only when it is news. */
    public void sourceHealthBecomes(Health health) {
        if (!health.equals(sourceHealth)) {
            sourceHealth = health;
        }
    }

    /** The producer's view of the partition. */
    public void targetHealthIs(Health health) {
        targetHealth = health;
    }

    /** The same for what is said again and again: written only when it is news. */
    public void targetHealthBecomes(Health health) {
        if (!health.equals(targetHealth)) {
            targetHealth = health;
        }
    }

    /** The control plane's view of the partition. */
    public void controlHealthIs(Health health) {
        controlHealth = health;
    }

    public Health sourceHealth() {
        return sourceHealth;
    }

    public Health targetHealth() {
        return targetHealth;
    }

    /** What a person should hear about the partition. */
    public Health health() {
        return controlHealth.worseOf(sourceHealth).worseOf(targetHealth);
    }

    /** The largest batch the target topic takes, in bytes. */
    public int targetMaxBatchBytes() {
        return targetMaxBatchBytes;
    }

    /** The control plane: the target topic's {@code max.message.bytes} is now this. */
    public void targetMaxBatchBytesIs(int maxBytes) {
        targetMaxBatchBytes = maxBytes;
    }

    /** The control plane: so many offsets were lost on the source before they could be copied. */
    public void gapOf(long records) {
        gapRecords.setRelease(gapRecords.getPlain() + records);
    }

    public long gapRecords() {
        return gapRecords.getAcquire();
    }

    @Override
    public String toString() {
        return source.toString();
    }
}
