package io.replicator.daemon.document;

import io.replicator.cluster.GroupMember;
import io.replicator.operations.FirstRecord;
import io.replicator.operations.MigrationReport;
import io.replicator.operations.PlannedPosition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What moving one consumer group did, or would do: {@code replicator migrate-group --json}.
 *
 * @param group its name on the source
 * @param targetGroup its name on the target
 * @param allowed whether nothing prevents the move
 * @param dryRun whether nothing was to be written
 * @param moved whether the group now has its positions on the target
 * @param written positions that were written; those that were right already are not counted
 * @param reasons why the group was not moved
 */
public record MigrationDocument(
        String group,
        String targetGroup,
        boolean allowed,
        boolean dryRun,
        boolean moved,
        int written,
        List<String> reasons,
        List<Member> sourceMembers,
        List<Member> targetMembers,
        List<Position> positions) {
    public static MigrationDocument of(MigrationReport report, boolean isDryRun) {
        return new MigrationDocument(
                report.plan().group(),
                report.plan().targetGroup(),
                report.plan().isAllowed(),
                isDryRun,
                report.isDone() && !isDryRun,
                report.written(),
                report.failures(),
                report.plan().sourceMembers().stream().map(Member::of).toList(),
                report.plan().targetMembers().stream().map(Member::of).toList(),
                report.plan().positions().stream().map(Position::of).toList());
    }

    /** A member of the group. */
    public record Member(String clientId, String host, String memberId) {
        static Member of(GroupMember member) {
            return new Member(member.clientId(), member.host(), member.memberId());
        }
    }

    /**
     * The group's position in one partition.
     *
     * @param sourceRecord the record that the group would read next on the source; null at the end
     * @param targetTopic null when the topic is not copied
     * @param targetOffset the position that is written; null when none is
     * @param targetRecord the record that the group will read next on the target; null at the end
     * @param targetOffsetBefore the group's position on the target before; null when it had none
     * @param toCopy source offsets that are still to be copied before the position is reached
     * @param refusal why the position is not moved
     */
    public record Position(
            String topic,
            int partition,
            long sourceOffset,
            NextRecord sourceRecord,
            String targetTopic,
            Long targetOffset,
            NextRecord targetRecord,
            boolean exact,
            Long targetOffsetBefore,
            long toCopy,
            String refusal,
            String note) {
        static Position of(PlannedPosition position) {
            return new Position(
                    position.topic(),
                    position.partition(),
                    position.sourceOffset(),
                    NextRecord.of(position.sourceRecord()),
                    Unknown.asNull(position.targetTopic()),
                    Unknown.asNull(position.targetOffset()),
                    NextRecord.of(position.targetRecord()),
                    position.isExact(),
                    Unknown.asNull(position.presentOffset()),
                    position.toCopy(),
                    Unknown.asNull(position.refusal()),
                    Unknown.asNull(position.note()));
        }
    }

    /**
     * The record that a group reads next.
     *
     * @param timestamp in ISO-8601
     * @param key as text, shortened; null when the record has no key, or one that is not text
     * @param keyBytes null when the record has no key
     * @param valueBytes null for a tombstone
     */
    public record NextRecord(long offset, String timestamp, String key, Integer keyBytes, Integer valueBytes) {
        static NextRecord of(Optional<FirstRecord> record) {
            return record.map(found -> new NextRecord(
                            found.offset(),
                            Instant.ofEpochMilli(found.timestampMillis()).toString(),
                            Unknown.asNull(found.key()),
                            Unknown.asNull(found.keyBytes()),
                            Unknown.asNull(found.valueBytes())))
                    .orElse(null);
        }
    }
}
