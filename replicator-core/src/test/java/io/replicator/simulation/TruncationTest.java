package io.replicator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.Isolation;
import io.replicator.config.Shaping;
import io.replicator.fetch.BatchFetcher;
import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Divergence;
import io.replicator.partition.Partition;
import io.replicator.produce.BatchProducer;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/**
 * A leader that does not know the epoch of what was copied last, although its log is as long: its records are others, or
 * compaction removed all of that epoch before this replica was made. Each lasts ten records at first, five at the second.
 */
class TruncationTest extends BrokerPair {
    private static final long PATIENCE_MILLIS = 60_000;

    private final SimulatedPartition from = source.addPartition("orders", 0, 0);
    private final SimulatedPartition to = target.addPartition("orders", 0, 0);
    private final Partition partition =
            new Partition(new TopicPartition("orders", 0), from.topicId, to.topic, to.topicId, 0, 0, -1, 1 << 20);
    private SimulatedInstance lane;

    private void copyFifteenOfTwoLeaders() {
        faults.calm();
        to.replicatesItself = true;
        write(10);
        from.leads(from.leader, 0);
        write(5);
        lane = new SimulatedInstance(
                new SimulatedInstance.World(source, target, time, faults, 0),
                random.split(),
                Isolation.READ_COMMITTED,
                Shaping.AUTO,
                false,
                false);
        lane.start();
        lane.producer.commands().put(new BatchProducer.Command.Add(0, partition, new OffsetMap(0)));
        lane.fetcher.commands().put(new BatchFetcher.Command.Add(0, partition));
        until(() -> partition.position() == 15);
    }

    private void write(int records) {
        for (int i = 0; i < records; i++) {
            from.append(MemoryRecords.withRecords(
                            Compression.NONE, new SimpleRecord(1_790_000_000_000L, null, new byte[100]))
                    .buffer());
        }
        from.highWatermark = from.end;
    }

    /** The next leader comes when the fetcher has no answer of the last one under way. */
    private void until(BooleanSupplier condition) {
        long untilMillis = time.elapsedMillis() + PATIENCE_MILLIS;
        while (!condition.getAsBoolean()) {
            assertThat(time.elapsedMillis()).as("%s", partition).isLessThan(untilMillis);
            turn();
        }
    }

    private void turn() {
        lane.fetch();
        lane.produce();
        source.step();
        target.step();
        time.advanceMillis(1);
    }

    @Test
    void shouldReadOnWhereCompactionRemovedAllOfAnEpoch() {
        copyFifteenOfTwoLeaders();
        from.log.removeIf(batch -> batch.leaderEpoch() == 1);
        from.leads(from.leader, 0);
        write(5);

        until(() -> partition.position() == 20);

        assertThat(partition.divergence()).isEqualTo(Divergence.NONE);
        assertThat(partition.records()).isEqualTo(20);
    }

    @Test
    void shouldWaitWhileNothingStandsThereToTellByIt() {
        copyFifteenOfTwoLeaders();
        from.log.removeIf(batch -> batch.leaderEpoch() == 1);
        from.leads(from.leader, 0);
        long untilMillis = time.elapsedMillis() + 5_000;
        until(() -> time.elapsedMillis() >= untilMillis);

        assertThat(partition.divergence()).isEqualTo(Divergence.NONE);
        write(1);
        until(() -> partition.position() == 16);
    }

    @Test
    void shouldSeeThatRecordsOfAnOlderLeaderStandInTheirPlace() {
        copyFifteenOfTwoLeaders();
        from.truncate(10);
        from.leaderEpoch = 0;
        write(20);
        from.leaderEpoch = 2;
        write(5);

        until(() -> partition.divergence().isKnown());

        assertThat(partition.divergence()).isEqualTo(new Divergence(15, 1, 0, 30));
        assertThat(partition.position()).isEqualTo(15);
    }

    @Test
    void shouldSeeThatRecordsOfAnOlderLeaderStandInTheirPlaceUpToWhereItWasCopied() {
        copyFifteenOfTwoLeaders();
        from.truncate(10);
        from.leaderEpoch = 0;
        write(5);
        from.leaderEpoch = 2;
        write(5);

        until(() -> partition.divergence().isKnown());

        assertThat(partition.divergence()).isEqualTo(new Divergence(15, 1, 0, 15));
        assertThat(partition.position()).isEqualTo(15);
    }

    @Test
    void shouldSeeThatTheLogIsShorter() {
        copyFifteenOfTwoLeaders();
        from.truncate(12);
        from.leaderEpoch = 2;
        write(20);

        until(() -> partition.divergence().isKnown());

        assertThat(partition.divergence()).isEqualTo(new Divergence(15, 1, 1, 12));
        assertThat(partition.position()).isEqualTo(15);
    }
}
