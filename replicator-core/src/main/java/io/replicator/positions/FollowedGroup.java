package io.replicator.positions;

import io.replicator.agent.Retry;
import io.replicator.cluster.CommittedPosition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** One group of the source, from round to round. One thread: that of the round. */
final class FollowedGroup {
    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final String name;
    private final String targetName;
    private final Map<TopicPartition, FollowedPosition> positions = new TreeMap<>(BY_NAME);

    /** The state of the group as a whole; null when there is nothing to report about it. */
    private GroupPosition whole;

    private boolean hasMoved;
    private boolean isInUse;

    /** Attempts to read the group, on either side. */
    private final Retry retry = new Retry(FollowedPosition.BACKOFF);

    /** Attempts to find out whether a group that is not listed was deleted. */
    private final Retry deletionRetry = new Retry(FollowedPosition.BACKOFF);

    /** In how many rounds in a row the source did not list it. */
    private int missedRounds;

    FollowedGroup(String name, String targetName) {
        this.name = name;
        this.targetName = targetName;
    }

    String name() {
        return name;
    }

    String targetName() {
        return targetName;
    }

    Iterable<FollowedPosition> positions() {
        return positions.values();
    }

    List<TopicPartition> partitions() {
        return List.copyOf(positions.keySet());
    }

    boolean hasPositions() {
        return !positions.isEmpty();
    }

    /** Whether a position of it was written on the target. */
    boolean isWritten() {
        return positions.values().stream()
                .anyMatch(position -> position.written().targetOffset() >= 0);
    }

    /** Takes the positions that the group has on the source now. */
    void moveTo(Map<TopicPartition, CommittedPosition> committed) {
        whole = null;
        hasMoved |= positions.keySet().retainAll(committed.keySet());
        committed.forEach((partition, position) -> {
            FollowedPosition known = positions.get(partition);
            if (known == null) {
                positions.put(partition, new FollowedPosition(partition, position));
                hasMoved = true;
            } else if (!known.committed().equals(position)) {
                known.moveTo(position);
                hasMoved = true;
            }
        });
    }

    /** Whether the group or the copy may have moved since the target was last looked at. */
    boolean isDue(long nowNanos) {
        return hasMoved || !positions.values().stream().allMatch(position -> position.isSettled(nowNanos));
    }

    /** The target is being looked at. */
    void look(boolean nowInUse) {
        hasMoved = false;
        isInUse = nowInUse;
    }

    /** Whether it had members on the target when that was last looked at. */
    boolean isInUse() {
        return isInUse;
    }

    /** A write was refused because the group has members on the target. */
    void markInUse() {
        isInUse = true;
    }

    /** Reports the group as a whole in this state, for this reason. */
    void report(PositionState state, String reason) {
        whole = new GroupPosition(name, targetName, "", -1, "", -1, -1, state, false, reason, -1, -1, "");
    }

    /** It cannot be read, so that its positions have to be looked at again. */
    void fail(String reason) {
        report(PositionState.FAILED, reason);
        hasMoved = true;
    }

    /** The source no longer shows it, and does not say that it was deleted: its positions are not known. */
    void hide(String reason, long nowNanos) {
        fail(reason);
        positions.values().forEach(FollowedPosition::forgetReport);
        deletionRetry.failed(nowNanos);
    }

    Retry deletionRetry() {
        return deletionRetry;
    }

    Retry retry() {
        return retry;
    }

    /** The source lists it. */
    void list() {
        deletionRetry.succeeded();
        missedRounds = 0;
    }

    /** The source does not list it in this round. */
    void miss() {
        missedRounds++;
    }

    int missedRounds() {
        return missedRounds;
    }

    /** What failed, if anything did. */
    Optional<GroupPosition> failure() {
        return report().stream()
                .filter(position -> position.state() == PositionState.FAILED)
                .findFirst();
    }

    /** All that is to be reported of it, in order. */
    List<GroupPosition> report() {
        List<GroupPosition> report = new ArrayList<>(positions.size() + 1);
        if (whole != null) {
            report.add(whole);
        }
        positions.values().forEach(position -> position.report().ifPresent(report::add));
        return report;
    }
}
