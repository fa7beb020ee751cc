package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetLogReader;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SavedState;
import io.replicator.offsets.Writer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartitionStartsTest {
    private static final String READ = "read progress";
    private static final String PLACES = "where partitions begin and end";
    private static final String SAVE = "save where partitions begin";
    private static final String BEGUN = "record that shards have begun";
    private static final int SHARDS = 4;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ControlParts parts = new ControlParts(ControlParts.flow(SHARDS), 1);
    private final PartitionStarts starts = parts.starts;
    private final Copies copies = parts.copies;
    private final HeldCalls log = parts.logCalls;
    private final HeldCalls clusters = parts.clusterCalls;
    private final List<String> asked = parts.recorded.get(0).asked;

    @BeforeEach
    void serveAll() throws InterruptedException {
        parts.createTopics(SHARDS);
        serve(0, 1, 2, 3);
        copies.follow(ControlParts.plan(ControlParts.topic(2)));
        starts.look();
    }

    private void serve(int... shards) {
        IntStream.of(shards).forEach(parts.lanes.places()::place);
        copies.serve(Arrays.stream(shards).boxed().toList());
    }

    private void turn() {
        assertThat(starts.dueInNanos(parts.now)).isLessThanOrEqualTo(0);
        starts.turn(parts.now);
    }

    private void answer(HeldCalls queue, String what) {
        assertThat(queue.waiting()).first().isEqualTo(what);
        queue.answer(parts.now);
    }

    private void assertIdle() {
        assertThat(starts.dueInNanos(parts.now)).isEqualTo(Long.MAX_VALUE);
        assertThat(log.waiting()).isEmpty();
        assertThat(clusters.waiting()).isEmpty();
    }

    /** What another process would read. */
    private SavedState onRecord() throws InterruptedException {
        return OffsetLogReader.open(parts.config, parts.target, Duration.ofSeconds(1))
                .load();
    }

    /** Another owner of the shard saved progress. */
    private void save(int partition, long position) throws InterruptedException {
        OffsetLog other = new OffsetLog(parts.config, parts.target, Duration.ofSeconds(1));
        other.ensureTopic();
        other.save(List.of(new Progress(
                new PartitionPair(
                        ControlParts.partition(partition),
                        ControlParts.SOURCE_ID,
                        ControlParts.COPY,
                        ControlParts.TARGET_ID),
                new Writer(parts.shardOf(partition), 1, (short) 0),
                new OffsetMap(position).takeChanges())));
    }

    private void askClusters() {
        turn();
        answer(log, READ);
        turn();
    }

    @Test
    void shouldSaveWhereAPartitionBeginsBeforeItBegins() throws InterruptedException {
        askClusters();
        answer(clusters, PLACES);
        assertThat(onRecord().partitions()).isEmpty();

        log.make(parts.now);
        assertThat(onRecord().partitions()).containsOnlyKeys(ControlParts.partition(0), ControlParts.partition(1));
        assertThat(asked).isEmpty();
        assertThat(starts.isSettled()).isFalse();

        answer(log, SAVE);
        assertThat(asked).containsExactly("add orders-0 at 0", "add orders-1 at 0");
        assertThat(starts.isSettled()).isTrue();
    }

    @Test
    void shouldBeginWhatHasProgressAlthoughTheClustersAreSilent() throws InterruptedException {
        save(1, 42);

        askClusters();

        assertThat(asked).containsExactly("add orders-1 at 42");
        clusters.fail(ControlParts.silence("east"), parts.now);
        assertThat(parts.condition.reason()).isEqualTo("east does not answer");
        assertThat(starts.isSettled()).as("nothing is known of the other one").isFalse();
        assertThat(starts.dueInNanos(parts.now)).isEqualTo(SECOND);
        parts.passMillis(1_000);
        assertThat(asked).containsExactly("add orders-1 at 42", "add orders-0 at 0");
        assertThat(parts.condition.reason()).doesNotContain("does not answer");
        assertThat(starts.isSettled()).isTrue();
    }

    @Test
    void shouldBeginWhereAnEarlierOwnerHasBegunSince() throws InterruptedException {
        askClusters();
        answer(clusters, PLACES);
        save(0, 42);

        answer(log, SAVE);

        assertThat(asked).containsExactly("add orders-0 at 42", "add orders-1 at 0");
    }

    @Test
    void shouldSaveNothingOfAShardThatWasLostBeforeTheCallIsMade() throws InterruptedException {
        askClusters();
        answer(clusters, PLACES);
        copies.drop(parts.shardOf(0));

        answer(log, SAVE);

        assertThat(onRecord().partitions()).containsOnlyKeys(ControlParts.partition(1));
        assertThat(asked).containsExactly("add orders-1 at 0");
    }

    @Test
    void shouldNotBeginAShardThatWasLostWhileTheCallIsMade() {
        askClusters();
        answer(clusters, PLACES);
        log.make(parts.now);
        copies.drop(parts.shardOf(0));

        answer(log, SAVE);

        assertThat(asked).containsExactly("add orders-1 at 0");
    }

    @Test
    void shouldReadProgressAgainForAShardThatWasLostAndCameBack() throws InterruptedException {
        turn();
        log.make(parts.now);
        copies.drop(parts.shardOf(0));
        save(0, 42);
        serve(parts.shardOf(0));

        answer(log, READ);
        assertThat(starts.isSettled()).isFalse();
        parts.settle();

        assertThat(asked).containsExactlyInAnyOrder("add orders-0 at 42", "add orders-1 at 0");
    }

    @Test
    void shouldLookAgainForAShardThatCameBackWhileTheClustersWereAsked() {
        askClusters();
        copies.drop(parts.shardOf(0));
        serve(parts.shardOf(0));

        answer(clusters, PLACES);
        answer(log, SAVE);
        assertThat(asked).containsExactly("add orders-1 at 0");
        parts.settle();

        assertThat(asked).containsExactly("add orders-1 at 0", "add orders-0 at 0");
    }

    @Test
    void shouldAskTheClustersOnceAtATime() {
        askClusters();
        copies.follow(ControlParts.plan(ControlParts.topic(4)));
        starts.look();
        turn();
        answer(log, READ);

        assertThat(starts.dueInNanos(parts.now)).isEqualTo(Long.MAX_VALUE);
        assertThat(clusters.waiting()).containsExactly(PLACES);

        answer(clusters, PLACES);
        answer(log, SAVE);
        turn();
        answer(clusters, PLACES);
        answer(log, SAVE);
        assertThat(asked)
                .containsExactly("add orders-0 at 0", "add orders-1 at 0", "add orders-2 at 0", "add orders-3 at 0");
        assertThat(starts.isSettled()).as("each was asked about once").isTrue();
    }

    @Test
    void shouldReadTheLogAgainAfterAGrowingPauseWhenItFails() {
        long millis = TimeUnit.MILLISECONDS.toNanos(1);
        for (long pause : new long[] {200, 400, 800, 1_000, 1_000}) {
            turn();
            log.fail(ControlParts.silence("west"), parts.now);
            assertThat(parts.condition.reason()).isEqualTo("west does not answer");
            assertThat(starts.isSettled()).isFalse();
            assertThat(starts.dueInNanos(parts.now)).isEqualTo(pause * millis);
            parts.now += pause * millis;
        }

        turn();
        answer(log, READ);
        parts.settle();
        assertThat(asked).hasSize(2);
        assertThat(parts.condition.reason()).doesNotContain("does not answer");
    }

    @Test
    void shouldLookEachSecondAtFirstAndThenAsSeldomAsTopicsAreLookedAt() {
        askClusters();
        for (int failures = 1; failures <= 31; failures++) {
            clusters.fail(ControlParts.silence("east"), parts.now);
            long pause = starts.dueInNanos(parts.now);
            assertThat(pause).as("after " + failures).isEqualTo(failures <= 30 ? SECOND : 5 * SECOND);
            parts.now += pause;
            askClusters();
        }
    }

    @Test
    void shouldPutShardsOnRecordThatHaveBegunOnce() throws InterruptedException {
        askClusters();
        answer(clusters, PLACES);
        answer(log, SAVE);
        answer(log, BEGUN);
        assertThat(onRecord().shards()).containsOnlyKeys(0, 1, 2, 3);
        assertIdle();

        copies.follow(ControlParts.plan(ControlParts.topic(3)));
        starts.look();
        askClusters();
        answer(clusters, PLACES);
        answer(log, SAVE);

        assertThat(asked).contains("add orders-2 at 0");
        assertIdle();
    }

    @Test
    void shouldNotPutAShardOnRecordThatWasLost() throws InterruptedException {
        askClusters();
        answer(clusters, PLACES);
        answer(log, SAVE);
        copies.drop(2);

        answer(log, BEGUN);

        assertThat(onRecord().shards()).containsOnlyKeys(0, 1, 3);
    }

    @Test
    void shouldPutShardsOnRecordInAnotherAttemptWhenTheFirstOneFails() throws InterruptedException {
        askClusters();
        answer(clusters, PLACES);
        answer(log, SAVE);

        log.fail(ControlParts.silence("west"), parts.now);
        assertThat(starts.dueInNanos(parts.now)).isPositive().isLessThan(SECOND);
        parts.passMillis(1_000);

        assertThat(onRecord().shards()).containsOnlyKeys(0, 1, 2, 3);
    }
}
