package io.replicator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.Isolation;
import io.replicator.config.Shaping;
import io.replicator.delivery.Grant;
import io.replicator.delivery.ShardEvents;
import io.replicator.fetch.BatchFetcher;
import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Partition;
import io.replicator.produce.BatchProducer;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** A batch of which nobody says whether it was written, until brokers have forgotten its producer. */
class ForgottenProducerTest extends BrokerPair {
    private static final long TURN_MILLIS = 200;
    private static final long WRITTEN_MILLIS = 1_790_000_000_000L;

    private final SimulatedPartition from = source.addPartition("orders", 0, 0);
    private final SimulatedPartition to = target.addPartition("orders", 0, 0);
    private final Partition partition =
            new Partition(new TopicPartition("orders", 0), from.topicId, to.topic, to.topicId, 0, 0, -1, 1 << 20);
    private SimulatedInstance lane;
    private int grants;

    ForgottenProducerTest() {
        super(Faults::none);
    }

    private final class Registry implements ShardEvents {
        @Override
        public void granted(Grant grant) {
            grants++;
            lane.producer.commands().put(new BatchProducer.Command.Registered(grant, Set.of(grant.producerId())));
        }

        @Override
        public void fenced(int shard) {
            throw new AssertionError("nobody else is there");
        }
    }

    private void turn() {
        lane.fetch();
        lane.produce();
        source.step();
        target.step();
        time.advanceMillis(TURN_MILLIS);
    }

    private void turnsFor(long minutes) {
        long untilMillis = time.elapsedMillis() + TimeUnit.MINUTES.toMillis(minutes);
        while (time.elapsedMillis() < untilMillis) {
            turn();
        }
    }

    private void start(long epochOffsetNanos) {
        to.replicatesItself = true;
        lane = new SimulatedInstance(
                new SimulatedInstance.World(source, target, time, faults, epochOffsetNanos),
                random.split(),
                Isolation.READ_COMMITTED,
                Shaping.AUTO,
                true,
                false);
        lane.producer.reportTo(new Registry());
        lane.start();
        lane.producer.commands().put(new BatchProducer.Command.Add(0, partition, new OffsetMap(0, 0)));
        lane.fetcher.commands().put(new BatchFetcher.Command.Add(0, partition));
        turnsFor(1);
        assertThat(grants).isEqualTo(1);
    }

    /** It is in the leader's log, but nobody else has it, so that it is not acknowledged. */
    private void writeWithoutAnswer() {
        to.replicatesMillis = Long.MAX_VALUE;
        from.append(MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(WRITTEN_MILLIS, null, new byte[1]))
                .buffer());
        from.highWatermark = from.end;
    }

    private void answerAndForget() {
        to.producerIds().forEach(to::expire);
        to.replicatesMillis = 0;
        turnsFor(10);
        assertThat(partition.position()).isEqualTo(1);
        assertThat(to.log.stream().filter(batch -> to.hasRecordAt(batch.baseOffset())))
                .hasSize(1);
    }

    @Test
    void shouldReadWhatBecameOfItAfterSoLong() {
        start(0);
        writeWithoutAnswer();

        turnsFor(55);
        assertThat(grants).isEqualTo(1);
        turnsFor(10);

        assertThat(grants).isEqualTo(2);
        answerAndForget();
    }

    @Test
    void shouldReadWhatBecameOfItAtOnceWhenItsRecordsAreOld() {
        long dayAfterNanos = TimeUnit.MILLISECONDS.toNanos(WRITTEN_MILLIS) + TimeUnit.DAYS.toNanos(1);
        start(dayAfterNanos - time.nanoseconds());
        writeWithoutAnswer();

        turnsFor(1);

        assertThat(grants).isEqualTo(2);
        answerAndForget();
    }
}
