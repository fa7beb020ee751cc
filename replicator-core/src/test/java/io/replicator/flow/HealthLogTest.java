package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an operator reads when many partitions stop at once. */
final class HealthLogTest {
    private static final Health UNREACHABLE =
            new Health(PartitionState.WAITING, "broker 0 cannot be reached", "the brokers can be reached again");

    private final Logger logger = (Logger) LoggerFactory.getLogger(HealthLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final List<Copy> copies =
            IntStream.range(0, 2_000).mapToObj(HealthLogTest::copy).toList();
    private final HealthLog log = new HealthLog("f");
    private Level before;

    @BeforeEach
    void listen() {
        before = logger.getLevel();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(before);
    }

    @Test
    void shouldSayAHandfulAndHowManyMoreWhenABrokerTakesThousandsOfPartitionsWithIt() {
        copies.forEach(copy -> copy.partition().publishTargetHealth(UNREACHABLE));

        log.look(copies);
        log.look(copies);

        assertThat(said()).hasSize(6);
        assertThat(said().get(0))
                .isEqualTo("broker 0 cannot be reached; resumes when the brokers can be reached again"
                        + " flow=f partition=t-0 state=WAITING");
        assertThat(said().get(5)).isEqualTo("and 1995 more partitions; see status flow=f");
    }

    @Test
    void shouldSayInOneLineThatTheyRunAgain() {
        copies.forEach(copy -> copy.partition().publishTargetHealth(UNREACHABLE));
        log.look(copies);
        lines.list.clear();

        copies.forEach(copy -> copy.partition().publishTargetHealth(Health.RUNNING));
        log.look(copies);
        log.look(copies);

        assertThat(said()).hasSize(1);
        assertThat(said().get(0)).startsWith("running again flow=f partitions=2000");
    }

    @Test
    void shouldSayItAgainOfAPartitionThatLeftAndCameBack() {
        copies.get(0).partition().publishTargetHealth(UNREACHABLE);
        log.look(copies);
        log.look(List.of());

        log.look(copies);

        assertThat(said()).hasSize(2);
    }

    private List<String> said() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static Copy copy(int number) {
        Partition partition =
                new Partition(new TopicPartition("t", number), Uuid.ZERO_UUID, "t", Uuid.ZERO_UUID, 0, 0, -1, 1 << 20);
        return new Copy(partition, new OffsetMap(0), 0, number);
    }
}
