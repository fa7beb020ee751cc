package io.replicator.positions;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** One group of the source, from round to round. The sync thread's. */
final class FollowedGroup {
    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final String name;
    private final String targetName;
    private final Map<TopicPartition, FollowedPosition> positions = new TreeMap<>(BY_NAME);

    /** What is the matter with the group as a whole; null when nothing is. */
    private GroupPosition whole;

    private boolean hasMoved;
    private boolean isInUse;

    /** Since it could not be read, on either side. */
    private final BackOff backOff = new BackOff();

    private final BackOff hiddenBackOff = new BackOff();

    /** How often in a row the source did not list it. */
    private int missed;

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

    boolean hasPositions() {
        return !positions.isEmpty();
    }

    /** Whether something of it was written on the target. */
    boolean isWritten() {
        return positions.values().stream().anyMatch(position -> position.written.targetOffset() >= 0);
    }

    /** Takes note of where the group stands on the source now. */
    void standsAt(Map<TopicPartition, OffsetAndMetadata> committed) {
        whole = null;
        hasMoved |= positions.keySet().retainAll(committed.keySet());
        committed.forEach((partition, position) -> {
            FollowedPosition known = positions.get(partition);
            if (known == null) {
                positions.put(partition, new FollowedPosition(partition, position));
                hasMoved = true;
            } else if (!known.committed.equals(position)) {
                known.committed = position;
                hasMoved = true;
            }
        });
    }

    /** Whether the source or its copy may have moved since it was last looked at. */
    boolean isDue(long nowNanos) {
        return hasMoved || !positions.values().stream().allMatch(position -> position.isSettled(nowNanos));
    }

    void lookedAt() {
        hasMoved = false;
    }

    /** Whether it had members on the target when it was last looked at. */
    boolean isInUse() {
        return isInUse;
    }

    void inUse(boolean nowInUse) {
        isInUse = nowInUse;
    }

    /** The group as a whole is in that state, for that reason. */
    void is(PositionState state, String reason) {
        whole = new GroupPosition(name, targetName, "", -1, "", -1, -1, state, false, reason, -1, -1, "");
    }

    /** It cannot be read; whatever was known of it is no longer. */
    void failed(String reason) {
        is(PositionState.FAILED, reason);
        hasMoved = true;
    }

    /** The source shows it no longer, and does not say either that it is gone: nobody can tell where it stands. */
    void hidden(String reason, long nowNanos) {
        failed(reason);
        positions.values().forEach(position -> position.told = null);
        hiddenBackOff.failed(nowNanos);
    }

    /** Since it was asked for in vain whether it was deleted. */
    BackOff hiddenBackOff() {
        return hiddenBackOff;
    }

    BackOff backOff() {
        return backOff;
    }

    void listed() {
        hiddenBackOff.worked();
        missed = 0;
    }

    /** One round more without it; how many that makes in a row. */
    int missed() {
        return ++missed;
    }

    /** What of it failed, if anything did. */
    Optional<GroupPosition> failure() {
        if (whole != null && whole.state() == PositionState.FAILED) {
            return Optional.of(whole);
        }
        for (FollowedPosition position : positions.values()) {
            if (position.told != null && position.told.state() == PositionState.FAILED) {
                return Optional.of(position.told);
            }
        }
        return Optional.empty();
    }

    /** What is to be told of it, in order. */
    List<GroupPosition> told() {
        List<GroupPosition> told = new ArrayList<>(positions.size() + 1);
        if (whole != null) {
            told.add(whole);
        }
        for (FollowedPosition position : positions.values()) {
            if (position.told != null) {
                told.add(position.told);
            }
        }
        return told;
    }
}
