package io.replicator.positions;

/**
 * One group's position in one partition. Offsets are -1 while they are not known.
 *
 * @param group its name on the source
 * @param targetGroup its name on the target
 * @param topic the source's; empty where the state is that of the whole group
 * @param partition its number, the same on both sides; -1 where the state is that of the whole group
 * @param targetTopic the topic's name on the target, empty where it is not copied
 * @param sourceOffset the position that the group committed on the source
 * @param targetOffset its position on the target
 * @param state how the two compare
 * @param isExact whether a reader that continues on the target reads exactly what it would have read on the source
 * @param reason why it is not synced, or not exact, for a person; empty when it is both
 * @param syncedAtMillis the start of the last round that found both positions equal, in milliseconds since 1970; -1 for
 *     never
 * @param lagRecords how many source offsets the target's position is behind; 0 when synced, -1 when not known
 * @param metadata that the group committed with its position on the source
 */
public record GroupPosition(
        String group,
        String targetGroup,
        String topic,
        int partition,
        String targetTopic,
        long sourceOffset,
        long targetOffset,
        PositionState state,
        boolean isExact,
        String reason,
        long syncedAtMillis,
        long lagRecords,
        String metadata) {}
