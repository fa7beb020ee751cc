package io.replicator.verify;

import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.RecordContent;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Runs;

/**
 * Compares one partition with its copy: two feeds of ascending offsets, walked in step.
 *
 * <pre>
 *   source   a b c | m | d e        the runs say where each record has to be:
 *   target   a b c   d e            a record that comes too early is missing on the other side
 * </pre>
 *
 * <p>One thread. Every record of either feed is looked at once. Only the two heads are kept and, for compacted topics, the
 * differences that compaction may still explain.
 */
final class PartitionComparison {
    private final PartitionPair pair;
    private final Feed source;
    private final Feed target;
    private final RunCursor toTarget;
    private final RunCursor toSource;
    private final VerificationFindings findings;
    private final MissingRecords missingOnSource = new MissingRecords();
    private final MissingRecords missingOnTarget = new MissingRecords();
    private boolean isReadingOn;
    private long expiredOnSource;
    private long expiredOnTarget;
    private long unreportedRecords;
    private long unreportedBytes;
    private final boolean isTailCounted;
    private long tailRecords;
    private long stampedRecords;

    /**
     * @param isTailCounted whether the target is read to its end, and its last records counted: they were in flight when the
     *     progress was saved, or somebody else wrote them; which of the two is not known before more is saved
     */
    PartitionComparison(
            PartitionPair pair,
            Runs runs,
            Feed source,
            Feed target,
            boolean isTailCounted,
            VerificationFindings findings) {
        this.pair = pair;
        this.isTailCounted = isTailCounted;
        this.source = source;
        this.target = target;
        this.toTarget = RunCursor.fromSource(runs);
        this.toSource = RunCursor.fromTarget(runs);
        this.findings = findings;
    }

    Feed source() {
        return source;
    }

    Feed target() {
        return target;
    }

    /** Compares as far as the feeds have records; true when the end is reached. */
    boolean advance() {
        while (!isReadingOn && source.isReady() && target.isReady()) {
            if (source.peek() == null && target.peek() == null) {
                isReadingOn = true;
                readOn();
            } else {
                step(source.peek(), target.peek());
            }
        }
        findings.compared(unreportedRecords, unreportedBytes);
        unreportedRecords = 0;
        unreportedBytes = 0;
        return isReadingOn && isExplained();
    }

    private void step(ReadRecord sourceHead, ReadRecord targetHead) {
        long placeOnTarget = sourceHead == null ? Long.MAX_VALUE : toTarget.translate(sourceHead.offset());
        long placeOnSource = targetHead == null ? Long.MAX_VALUE : toSource.translate(targetHead.offset());
        if (placeOnTarget < 0) {
            findings.difference(difference(sourceHead.offset(), -1, "missing on target: no run covers it"));
            takeSource();
        } else if (placeOnSource < 0) {
            findings.difference(difference(-1, targetHead.offset(), "extra record on target: no run explains it"));
            takeTarget();
        } else if (targetHead == null || placeOnTarget < targetHead.offset()) {
            missingOnTarget(sourceHead, placeOnTarget);
            takeSource();
        } else if (sourceHead == null || placeOnTarget > targetHead.offset()) {
            missingOnSource(targetHead, placeOnSource);
            takeTarget();
        } else {
            compare(sourceHead, targetHead);
            takeSource();
            takeTarget();
        }
    }

    private void takeSource() {
        missingOnSource.seen(source.peek().key());
        source.remove();
    }

    private void takeTarget() {
        missingOnTarget.seen(target.peek().key());
        target.remove();
    }

    private void compare(ReadRecord sourceHead, ReadRecord targetHead) {
        RecordContent original = RecordContent.of(sourceHead);
        RecordContent copy = RecordContent.of(targetHead);
        unreportedRecords++;
        unreportedBytes += original.sizeInBytes();
        if (copy.isLogAppendTime()) {
            stampedRecords++;
        }
        String what = copy.differencesFrom(original);
        if (!what.isEmpty()) {
            findings.difference(difference(sourceHead.offset(), targetHead.offset(), what));
        }
    }

    private void missingOnTarget(ReadRecord sourceHead, long targetOffset) {
        if (targetOffset < target.logStart()) {
            expiredOnTarget++;
            return;
        }
        Difference difference = difference(sourceHead.offset(), targetOffset, "missing on target");
        missing(missingOnTarget, target, sourceHead, difference);
    }

    private void missingOnSource(ReadRecord targetHead, long sourceOffset) {
        if (sourceOffset < source.logStart()) {
            expiredOnSource++;
            return;
        }
        Difference difference =
                difference(sourceOffset, targetHead.offset(), "extra record on target: the source has none there");
        missing(missingOnSource, source, targetHead, difference);
    }

    /** Compaction may have removed the record: a later record with its key shows that. */
    private void missing(MissingRecords missing, Feed lacking, ReadRecord present, Difference difference) {
        if (!lacking.isCompacted() || present.key() == null) {
            findings.difference(difference);
        } else if (present.value() == null) {
            missing.addTombstone();
        } else {
            missing.add(present.key(), difference);
        }
    }

    /** Reads later records: they may explain missing ones, and on the target they are counted. */
    private void readOn() {
        if (!missingOnSource.isEmpty()) {
            source.readOn();
        }
        if (isTailCounted || !missingOnTarget.isEmpty()) {
            target.readOn();
        }
    }

    private boolean isExplained() {
        while (source.peek() != null) {
            takeSource();
        }
        while (target.peek() != null) {
            takeTarget();
            tailRecords++;
        }
        return source.isReady() && target.isReady();
    }

    /** Reports what is only known at the end; called once, when {@link #advance()} reached it. */
    void close() {
        missingOnSource.unexplained().forEach(findings::difference);
        missingOnTarget.unexplained().forEach(findings::difference);
        String topic = pair.source().topic();
        noteSilence("source", source);
        noteSilence("target", target);
        note(topic, "source", expiredOnSource, missingOnSource);
        note(topic, "target", expiredOnTarget, missingOnTarget);
        findings.note(
                topic,
                stampedRecords,
                "records have the target's timestamps (message.timestamp.type=LogAppendTime), timestamps not compared");
        if (isTailCounted) {
            findings.note(
                    topic, tailRecords, "records stand on the target after what is saved as copied, not compared");
        }
        findings.partitionDone();
    }

    private void noteSilence(String side, Feed feed) {
        if (feed.silentOffset() >= 0) {
            findings.note(pair.source() + ": the " + side + " sent nothing from offset " + feed.silentOffset() + " to "
                    + feed.end());
        }
    }

    private void note(String topic, String side, long expired, MissingRecords missing) {
        findings.note(topic, expired, "records expired on the " + side + " under way, not compared");
        findings.note(topic, missing.removedRecords(), "records compacted away on the " + side + ", not compared");
        findings.note(
                topic,
                missing.unprovenRecords(),
                "records missing on the " + side + ", perhaps compacted away: too many to follow each, not compared");
    }

    private Difference difference(long sourceOffset, long targetOffset, String what) {
        return new Difference(
                pair.source().topic(), pair.source().partition(), sourceOffset, pair.targetTopic(), targetOffset, what);
    }
}
