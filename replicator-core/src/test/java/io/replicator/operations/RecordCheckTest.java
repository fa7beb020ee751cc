package io.replicator.operations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.ReadRecord.TimestampType;
import io.replicator.positions.KnownCopy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RecordCheckTest {
    private final RecordCheck check = new RecordCheck(partition -> Optional.of(KnownCopy.TRANSLATOR));

    private static MigrationPlan plan(long sourceOffset, long targetOffset, long presentOffset) {
        PlannedPosition position = new PlannedPosition(
                "orders",
                0,
                KnownCopy.COPY.topic(),
                sourceOffset,
                "",
                Optional.empty(),
                targetOffset,
                Optional.empty(),
                presentOffset,
                true,
                0,
                "",
                "");
        return new MigrationPlan("billing", "billing", List.of(position), List.of(), List.of(), List.of(), true);
    }

    private static FirstRecords.Found found(
            TopicPartition partition, long offset, String value, long timestampMillis, TimestampType type) {
        ReadRecord record =
                new ReadRecord(partition, offset, timestampMillis, type, null, value.getBytes(UTF_8), List.of(), 0);
        return new FirstRecords.Found(Map.of(partition, record), Map.of());
    }

    private static FirstRecords.Found original(String value) {
        return found(KnownCopy.ORDERS, 4, value, 1, TimestampType.CREATE_TIME);
    }

    private static FirstRecords.Found copy(long offset, String value, TimestampType type) {
        return found(KnownCopy.COPY, offset, value, type == TimestampType.CREATE_TIME ? 1 : 99, type);
    }

    @Test
    void shouldRefuseACopyThatIsAnotherRecord() {
        MigrationPlan same = check.check(plan(4, 7, -1), original("a"), copy(7, "a", TimestampType.CREATE_TIME));
        MigrationPlan other = check.check(plan(4, 7, -1), original("a"), copy(7, "b", TimestampType.CREATE_TIME));

        assertThat(same.refusals()).isEmpty();
        assertThat(same.positions().get(0).targetRecord())
                .map(FirstRecord::offset)
                .contains(7L);
        assertThat(other.refusals()).hasSize(1).allMatch(reason -> reason.contains("target offset 7 is not a copy"));
        assertThat(other.isPassing()).isFalse();
    }

    @Test
    void shouldNotCompareTimestampsThatTheTargetStamped() {
        MigrationPlan same = check.check(plan(4, 7, -1), original("a"), copy(7, "a", TimestampType.LOG_APPEND_TIME));
        MigrationPlan other = check.check(plan(4, 7, -1), original("a"), copy(7, "b", TimestampType.LOG_APPEND_TIME));

        assertThat(same.refusals()).isEmpty();
        assertThat(other.refusals()).hasSize(1);
    }

    @Test
    void shouldCompareOnlyARecordWithItsOwnCopy() {
        MigrationPlan plan = check.check(plan(4, 7, -1), original("a"), copy(8, "b", TimestampType.CREATE_TIME));

        assertThat(plan.refusals()).isEmpty();
    }

    @Test
    void shouldKeepAPresentPositionThatMeansTheSame() {
        // Source 12 has no record before 20, whose copy is at 15; from 13 on the target has no copied record before it.
        MigrationPlan draft = plan(12, 15, 14);

        assertThat(check.targetOffsets(draft)).containsEntry(KnownCopy.COPY, 14L);
        assertThat(check.check(draft, original("a"), copy(15, "a", TimestampType.CREATE_TIME))
                        .positions()
                        .get(0)
                        .targetOffset())
                .isEqualTo(14);
        assertThat(check.check(draft, original("a"), copy(14, "foreign", TimestampType.CREATE_TIME))
                        .positions()
                        .get(0)
                        .targetOffset())
                .isEqualTo(15);
    }
}
