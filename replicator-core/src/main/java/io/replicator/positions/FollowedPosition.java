package io.replicator.positions;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.cluster.CommittedPosition;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** One group's position in one partition, from round to round. One thread: that of the round. */
final class FollowedPosition {
    /** An operator grants a right once in a while, not each second. */
    static final Backoff BACKOFF = Backoff.ofMillis(2_000, 64_000);

    private final TopicPartition source;
    private final Retry retry = new Retry(BACKOFF);

    private CommittedPosition committed;

    /** The last position that was written on the target; nothing once a consumer there committed another. */
    private Written written = Written.NOTHING;

    private boolean isRecalled;

    /** The last position that was sent to the target, whether or not it was written. */
    private Written attempt = Written.NOTHING;

    /** Whether the target's position was read since it was last written. */
    private boolean isSeen = true;

    /** Its last report; null before the first one. */
    private GroupPosition report;

    FollowedPosition(TopicPartition source, CommittedPosition committed) {
        this.source = source;
        this.committed = committed;
    }

    TopicPartition source() {
        return source;
    }

    /** The group's position on the source, as it was last read. */
    CommittedPosition committed() {
        return committed;
    }

    void moveTo(CommittedPosition position) {
        committed = position;
    }

    Written written() {
        return written;
    }

    Retry retry() {
        return retry;
    }

    /**
     * Looks up, once, what an earlier start of the flow wrote.
     *
     * @param before all that it wrote
     */
    void recall(WrittenBefore.Place place, Map<WrittenBefore.Place, Written> before) {
        if (!isRecalled) {
            isRecalled = true;
            written = before.getOrDefault(place, Written.NOTHING);
        }
    }

    /** The target's position was read: it was written here if it is the one that was sent, whatever the answer was then. */
    void see(long heldOffset) {
        isSeen = true;
        if (heldOffset == attempt.targetOffset()) {
            written = attempt;
        }
    }

    /** Forgets what was written: from now on the position is treated as one that was never written. */
    void forgetWritten() {
        written = Written.NOTHING;
        attempt = Written.NOTHING;
    }

    void send(Written sent) {
        attempt = sent;
    }

    /** The target took what was sent last. */
    void succeed() {
        written = attempt;
        isSeen = false;
        retry.succeeded();
    }

    /** The target refused what was sent last: if the position is there later, somebody else committed it. */
    void refuse() {
        attempt = written;
    }

    Optional<GroupPosition> report() {
        return Optional.ofNullable(report);
    }

    void report(GroupPosition newReport) {
        report = newReport;
    }

    /** Nobody knows where it is. */
    void forgetReport() {
        report = null;
    }

    /** Whether nothing is to be done about it before the source's position or a consumer on the target moves. */
    boolean isSettled(long nowNanos) {
        boolean isDone = isSeen
                && report != null
                && report.state() != PositionState.NOT_YET
                && report.state() != PositionState.FAILED;
        return isDone || !retry.isDue(nowNanos);
    }
}
