package io.replicator.fetch;

import io.replicator.agent.Doorbell;
import io.replicator.config.Isolation;
import io.replicator.partition.Divergence;
import io.replicator.partition.Fault;
import io.replicator.ring.BatchRing;
import io.replicator.wire.PartitionAnswer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is done with a partition's answer: its offsets are published, its batches go into the ring, and what does not fit
 * is kept until the ring has room. Fetcher's thread.
 *
 * <pre>
 *   answer --+-- fault --------------> FetchFailures
 *            +-- diverging epoch ----> EpochDoubt: one more answer decides, or the log was truncated
 *            +-- preferred replica --> SourceBrokers: fetch from there
 *            +-- batches ------------> BatchScanner --> ring
 *                                          +--> Remainder, when the ring is full
 * </pre>
 */
final class FetchAnswers {
    private final SourceBrokers brokers;
    private final FetchFailures failures;
    private final BatchScanner scanner;
    private final BatchRing ring;
    private final Throttle throttle;
    private final Doorbell producerBell;
    private final Isolation isolation;
    private final long partitionBudgetBytes;

    /** Answers that the ring had no room for. Nothing is fetched before they have gone through. */
    private final Deque<Remainder> remainders = new ArrayDeque<>();

    /**
     * @param producerBell rung when the ring has something new
     * @param isolation where a partition's log ends
     * @param partitionBudgetBytes the most bytes of one partition that are in the lane at a time
     */
    FetchAnswers(
            SourceBrokers brokers,
            FetchFailures failures,
            BatchScanner scanner,
            BatchRing ring,
            Throttle throttle,
            Doorbell producerBell,
            Isolation isolation,
            long partitionBudgetBytes) {
        this.brokers = brokers;
        this.failures = failures;
        this.scanner = scanner;
        this.ring = ring;
        this.throttle = throttle;
        this.producerBell = producerBell;
        this.isolation = isolation;
        this.partitionBudgetBytes = partitionBudgetBytes;
    }

    /** Whether answers wait for room in the ring. */
    boolean isFull() {
        return !remainders.isEmpty();
    }

    /** A partition that is asked for was answered. */
    void take(PartitionCursor cursor, PartitionAnswer answer, long nowNanos) {
        if (answer.fault().isPresent()) {
            refused(cursor, answer.fault().get(), answer.errorName(), nowNanos);
            return;
        }
        if (answer.isDiverging()) {
            diverged(cursor, answer, nowNanos);
            return;
        }
        publishEnds(cursor, answer);
        if (answer.preferredReplica() >= 0 && answer.preferredReplica() != cursor.session.nodeId()) {
            brokers.prefer(cursor, answer.preferredReplica(), nowNanos);
        } else if (cursor.doubt.isOpen()) {
            judge(cursor, answer, nowNanos);
        } else {
            scan(cursor, answer, nowNanos);
        }
    }

    private void refused(PartitionCursor cursor, Fault fault, String why, long nowNanos) {
        if (cursor.doubt.isOpen() && fault == Fault.SOURCE_OFFSET_OUT_OF_RANGE) {
            // The batches that would decide are deleted.
            cursor.doubt.settle();
            brokers.ask(cursor);
        } else {
            failures.failed(cursor, fault, why, nowNanos);
        }
    }

    /** A follower may be behind, and one that lost its disk holds another log than the leader: the leader is asked first. */
    private void diverged(PartitionCursor cursor, PartitionAnswer answer, long nowNanos) {
        boolean isLeader = cursor.isFetchedFrom(cursor.topic.leader(cursor.partition.number()));
        if (!isLeader && !FetchFailures.isLasting(cursor)) {
            failures.failed(cursor, Fault.SOURCE_LEADER_MOVED, "DIVERGING_EPOCH", nowNanos);
            return;
        }
        Divergence found =
                new Divergence(cursor.offset, cursor.lastEpoch(), answer.divergingEpoch(), answer.divergingEnd());
        if (cursor.doubt.isOpen() || EpochDoubt.isCertain(found)) {
            failures.truncated(cursor, found, nowNanos);
        } else {
            cursor.doubt.begin(found, cursor.partition.leaderEpochs());
            brokers.ask(cursor);
        }
    }

    private void judge(PartitionCursor cursor, PartitionAnswer answer, long nowNanos) {
        throttle.spend(answer.batches().remaining(), nowNanos);
        switch (cursor.doubt.judge(answer.batches())) {
            case NOT_YET_KNOWN -> {}
            case SAME_LOG -> {
                cursor.doubt.settle();
                brokers.ask(cursor);
            }
            case ANOTHER_LOG -> failures.truncated(cursor, cursor.doubt.found(), nowNanos);
            case CORRUPT -> failures.failed(cursor, Fault.SOURCE_BATCH_CORRUPT, "@" + cursor.fetchOffset(), nowNanos);
        }
    }

    private void publishEnds(PartitionCursor cursor, PartitionAnswer answer) {
        long end = isolation == Isolation.READ_COMMITTED && answer.lastStableOffset() >= 0
                ? answer.lastStableOffset()
                : answer.highWatermark();
        long start = answer.logStartOffset() >= 0 ? answer.logStartOffset() : cursor.partition.sourceStart();
        if (end >= 0) {
            cursor.partition.publishSource(start, end);
            cursor.partition.publishHighWatermark(answer.highWatermark());
        }
    }

    private void scan(PartitionCursor cursor, PartitionAnswer answer, long nowNanos) {
        int receivedBytes = answer.batches().remaining();
        if (receivedBytes == 0) {
            FetchFailures.recovered(cursor);
            return;
        }
        throttle.spend(receivedBytes, nowNanos);
        Remainder remainder = scanner.begin(cursor, answer, nowNanos);
        boolean isThrough = scanner.scan(remainder);
        if (!isThrough) {
            remainders.add(remainder.keep());
        }
        scanned(cursor, nowNanos);
    }

    private void scanned(PartitionCursor cursor, long nowNanos) {
        producerBell.ring();
        if (scanner.corruptAt() >= 0) {
            failures.failed(cursor, Fault.SOURCE_BATCH_CORRUPT, "@" + scanner.corruptAt(), nowNanos);
            return;
        }
        if (cursor.session == null) {
            return;
        }
        FetchFailures.recovered(cursor);
        if (cursor.bufferedBytes() > partitionBudgetBytes) {
            cursor.full = true;
            brokers.holdBack(cursor);
        } else {
            brokers.ask(cursor);
        }
    }

    /** Goes on with what the ring had no room for; returns how much was done. */
    int continueRemainders() {
        int work = 0;
        while (!remainders.isEmpty() && ring.free() > 0) {
            Remainder remainder = remainders.peek();
            PartitionCursor cursor = remainder.cursor();
            boolean wanted = !cursor.removed && cursor.generation == remainder.generation();
            if (wanted && !scanner.scan(remainder)) {
                producerBell.ring();
                return work + 1;
            }
            remainders.poll();
            remainder.drop();
            if (wanted) {
                scanned(cursor, remainder.arrivedNanos());
            }
            work++;
        }
        return work;
    }

    /** Gives the memory of all remainders back. */
    void dropRemainders() {
        remainders.forEach(Remainder::drop);
        remainders.clear();
    }
}
