package io.replicator.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cluster.ClusterError;
import io.replicator.cluster.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LogReaderTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    private final ReadLog log = new ReadLog(ORDERS, 10);
    private final LogReader reader = new LogReader(log);

    @Test
    void shouldReadUpToTheEndAndNoFurther() throws Exception {
        Feed feed = new Feed(ORDERS, false, 0, 2, 6, 10);
        reader.follow(List.of(feed), 0);
        addRecords(2, 10, 10);

        reader.poll(Duration.ZERO, 0);

        assertThat(offsetsIn(feed)).isEqualTo(List.of(2L, 3L, 4L, 5L).toString());
        assertThat(feed.wantsMore()).isFalse();
        assertThat(reader.isWanted()).isFalse();
    }

    @Test
    void shouldGoOnAtTheLogsStartWhenRetentionTookTheRecords() throws Exception {
        Feed feed = new Feed(ORDERS, false, 0, 0, 10, 10);
        reader.follow(List.of(feed), 0);
        log.startAt(4);
        addRecords(4, 10, 10);

        reader.poll(Duration.ZERO, 0);
        reader.poll(Duration.ZERO, 1);

        assertThat(feed.logStart()).isEqualTo(4);
        assertThat(offsetsIn(feed)).isEqualTo(List.of(4L, 5L, 6L, 7L, 8L, 9L).toString());
    }

    @Test
    void shouldNotReadAheadOfAFullFeed() throws Exception {
        Feed feed = new Feed(ORDERS, false, 0, 0, 10, 10);
        reader.follow(List.of(feed), 0);
        addRecords(0, 5, 100_000);

        reader.poll(Duration.ZERO, 0);
        addRecords(5, 10, 10);
        reader.poll(Duration.ZERO, 1);
        int queued = count(feed);
        reader.poll(Duration.ZERO, 2);

        assertThat(queued).isEqualTo(5);
        assertThat(count(feed)).isEqualTo(5);
    }

    @Test
    void shouldEndWhereBrokersAnswerButSendNothing() throws Exception {
        Feed feed = new Feed(ORDERS, false, 0, 0, 10, 10);
        reader.follow(List.of(feed), 0);

        reader.poll(Duration.ZERO, 0);
        reader.poll(Duration.ZERO, TimeUnit.SECONDS.toNanos(59));
        assertThat(feed.isReady()).isFalse();
        reader.poll(Duration.ZERO, TimeUnit.SECONDS.toNanos(61));

        assertThat(feed.isReady()).isTrue();
        assertThat(feed.peek()).isNull();
        assertThat(feed.silentOffset()).isZero();
    }

    @Test
    void shouldSayWhichClusterDoesNotAnswer() throws Exception {
        reader.follow(List.of(new Feed(ORDERS, false, 0, 0, 10, 10)), 0);
        log.failWith(new UnavailableException(
                UnavailableException.Reason.UNREACHABLE, ClusterError.OTHER, "cluster east (127.0.0.1:1): no answer"));

        assertThatThrownBy(() -> reader.poll(Duration.ZERO, 0))
                .isInstanceOfSatisfying(
                        UnavailableException.class, failure -> assertThat(VerificationException.of(failure))
                                .hasMessage("cluster east (127.0.0.1:1): no answer")
                                .returns(true, VerificationException::isUnreachable));
    }

    private void addRecords(long from, long to, int bytes) {
        for (long offset = from; offset < to; offset++) {
            log.add(offset, new byte[bytes]);
        }
    }

    private static int count(Feed feed) {
        int count = 0;
        while (feed.peek() != null) {
            feed.remove();
            count++;
        }
        return count;
    }

    private static String offsetsIn(Feed feed) {
        StringBuilder offsets = new StringBuilder();
        while (feed.peek() != null) {
            offsets.append(offsets.isEmpty() ? "" : ", ").append(feed.peek().offset());
            feed.remove();
        }
        return "[" + offsets + "]";
    }
}
