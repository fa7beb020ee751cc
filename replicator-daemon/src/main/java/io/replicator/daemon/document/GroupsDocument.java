package io.replicator.daemon.document;

import io.replicator.positions.GroupPosition;
import io.replicator.positions.GroupsStatus;
import java.util.List;

/**
 * {@code /api/flows/{flow}/groups}: the position of each consumer group in each partition. Only the instance that owns shard
 * 0 syncs the groups; the list of the others is empty.
 *
 * @param lookedAt when the groups were last read, in ISO-8601
 * @param trouble why they could not be read lately
 * @param positions ordered by group, topic and partition
 */
public record GroupsDocument(String lookedAt, String trouble, List<Position> positions) {
    /**
     * One group's position in one partition.
     *
     * @param topic null where the state is that of the whole group
     * @param partition null where the state is that of the whole group
     * @param exact whether a reader that continues on the target reads exactly what it would have read on the source
     * @param syncedAt when the target's position last matched the source's, in ISO-8601
     * @param reason why it is not synced, or not exact
     */
    public record Position(
            String group,
            String topic,
            Integer partition,
            String state,
            Long sourceOffset,
            Long targetOffset,
            boolean exact,
            String syncedAt,
            String reason,
            String targetGroup,
            String targetTopic,
            Long lagRecords) {
        static Position of(GroupPosition position) {
            return new Position(
                    position.group(),
                    Unknown.asNull(position.topic()),
                    Unknown.asNull(position.partition()),
                    position.state().name(),
                    Unknown.asNull(position.sourceOffset()),
                    Unknown.asNull(position.targetOffset()),
                    position.isExact(),
                    Unknown.timeOrNull(position.syncedAtMillis()),
                    Unknown.asNull(position.reason()),
                    position.targetGroup(),
                    Unknown.asNull(position.targetTopic()),
                    Unknown.asNull(position.lagRecords()));
        }
    }

    public static GroupsDocument of(GroupsStatus status) {
        return new GroupsDocument(
                Unknown.timeOrNull(status.lookedAtMillis()),
                Unknown.asNull(status.trouble()),
                status.positions().stream().map(Position::of).toList());
    }
}
