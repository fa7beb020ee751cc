package io.replicator.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.LogBounds;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.StartFrom;
import io.replicator.config.TopicsConfig;
import io.replicator.mirrormaker.TakeOver.Answer;
import io.replicator.mirrormaker.TakeOver.AtFirst;
import io.replicator.mirrormaker.TakeOver.Behind;
import io.replicator.mirrormaker.TakeOver.Refused;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TakeOverVerdictTest {
    private static final TopicPartition SOURCE = new TopicPartition("orders", 0);
    private static final TopicPartition TARGET = new TopicPartition("east.orders", 0);
    private static final LogBounds SOURCE_LOG = new LogBounds(0, 200);
    private static final LogBounds TARGET_LOG = new LogBounds(0, 60);

    private final TakeOverVerdict verdict = new TakeOverVerdict(new FlowConfig(
            "test",
            new ClusterConfig("east", "east.invalid:9092", Map.of()),
            new ClusterConfig("west", "west.invalid:9092", Map.of()),
            new TopicsConfig(
                    List.of(Pattern.compile(".*")),
                    List.of(),
                    "{source}.{topic}",
                    new StartFrom.Earliest(),
                    Duration.ofSeconds(5),
                    true,
                    new ReplicationFactor.AsSource()),
            Delivery.EXACTLY_ONCE,
            Isolation.READ_COMMITTED,
            16,
            Long.MAX_VALUE));

    /** Records at these offsets, whose contents are the source offsets that they were copied from. */
    private static HashedRecords records(long offset, long... contents) {
        HashedRecords records = new HashedRecords();
        for (int i = 0; i < contents.length; i++) {
            records.add(offset + i, contents[i], contents[i]);
        }
        return records;
    }

    private Optional<Answer> of(
            OptionalLong saved, LogBounds sourceLog, LogBounds targetLog, HashedRecords tail, boolean isTailWhole) {
        return verdict.of(new TakeOverFacts(
                SOURCE,
                TARGET,
                saved,
                sourceLog,
                targetLog,
                records(97, 97, 98, 99, 100),
                records(101, 101, 102, 103),
                true,
                tail,
                isTailWhole));
    }

    private Optional<Answer> ofSaved(HashedRecords tail, boolean isTailWhole) {
        return of(OptionalLong.of(100), SOURCE_LOG, TARGET_LOG, tail, isTailWhole);
    }

    private static String reason(Optional<Answer> answer) {
        return ((Refused) answer.orElseThrow()).reason();
    }

    @Test
    void shouldStartAfterTheLastRecordThatTheTargetHas() {
        Behind behind = (Behind) ofSaved(records(57, 98, 99, 100, 101), false).orElseThrow();

        assertThat(behind.map().position()).isEqualTo(102);
        assertThat(behind.unsavedRecords()).isEqualTo(1);
    }

    @Test
    void shouldReadMoreOfTheTargetBeforeItGivesUp() {
        assertThat(ofSaved(records(58, 7, 8), false)).isEmpty();
        assertThat(reason(ofSaved(records(58, 7, 8), true))).contains("not those that the source has up to offset 100");
        assertThat(ofSaved(records(0), false)).isEmpty();
        assertThat(ofSaved(records(0), true)).get().isInstanceOf(Behind.class);
    }

    @Test
    void shouldRefuseWhereOneOfTheLogsIsNotTheOneThatWasCopied() {
        assertThat(reason(of(OptionalLong.of(100), new LogBounds(0, 100), TARGET_LOG, records(0), true)))
                .contains("the source ends at 100");
        assertThat(reason(of(OptionalLong.of(100), SOURCE_LOG, new LogBounds(0, 0), records(0), true)))
                .contains("nothing was ever written to east.orders-0");
    }

    @Test
    void shouldStartAtFirstOnlyWhereTheTargetIsEmpty() {
        assertThat(of(OptionalLong.empty(), SOURCE_LOG, TARGET_LOG, records(0), true))
                .get()
                .isInstanceOf(AtFirst.class);
        assertThat(of(OptionalLong.empty(), SOURCE_LOG, TARGET_LOG, records(0), false))
                .isEmpty();
        assertThat(reason(of(OptionalLong.empty(), SOURCE_LOG, TARGET_LOG, records(58, 7), false)))
                .contains("does not say in mm2-offsets.east.internal");
    }

    @Test
    void shouldRefuseRecordsThatAreAllAlike() {
        HashedRecords alike = records(97, 5, 5, 5, 5);
        Optional<Answer> answer = verdict.of(new TakeOverFacts(
                SOURCE,
                TARGET,
                OptionalLong.of(100),
                SOURCE_LOG,
                TARGET_LOG,
                alike,
                records(101, 5, 5, 5, 5),
                true,
                records(57, 5, 5, 5, 5),
                false));

        assertThat(reason(answer)).contains("are all alike");
    }

    @Test
    void shouldRecognizeTheLastRecordWhereTheSavedOneHasExpired() {
        LogBounds expired = new LogBounds(101, 200);

        Optional<Answer> some = of(OptionalLong.of(100), expired, TARGET_LOG, records(58, 101, 102), false);
        assertThat(((Behind) some.orElseThrow()).map().position()).isEqualTo(103);
        Optional<Answer> none = of(OptionalLong.of(100), expired, TARGET_LOG, records(58, 99, 100), false);
        assertThat(((Behind) none.orElseThrow()).map().position()).isEqualTo(101);
    }
}
