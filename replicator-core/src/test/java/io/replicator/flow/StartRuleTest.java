package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Runs;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.SavedRuns;
import io.replicator.offsets.SavedState;
import io.replicator.offsets.ShardOwner;
import io.replicator.offsets.SourceSeen;
import io.replicator.offsets.Writer;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicProblem;
import io.replicator.topics.TopicsPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

final class StartRuleTest {
    private static final SavedState NOTHING = new SavedState(Map.of(), Map.of(), Optional.empty(), 0);
    private static final int SHARD = 3;

    @Test
    void shouldBeginAsConfiguredWhatWasThereWhenTheFlowBegan() {
        StartRule beginnings = new StartRule(NOTHING);
        beginnings.see(plan("orders", 2));
        beginnings.see(plan("orders", 4));

        assertThat(beginnings.isAsConfigured(new TopicPartition("orders", 1), SHARD))
                .isTrue();
        assertThat(beginnings.isAsConfigured(new TopicPartition("orders", 2), SHARD))
                .isFalse();
        assertThat(beginnings.isAsConfigured(new TopicPartition("later", 0), SHARD))
                .isFalse();
    }

    @Test
    void shouldCopyWholeWhatWasAddedWhileTheFlowStoodStill() {
        StartRule beginnings = new StartRule(begun("orders", SHARD));
        beginnings.see(plan("orders", 2));

        assertThat(beginnings.isAsConfigured(new TopicPartition("orders", 1), SHARD))
                .isFalse();
    }

    /** Another instance may have begun its share a moment before this one read the log. */
    @Test
    void shouldBeginAsConfiguredInAShardThatNobodyHasBegun() {
        StartRule beginnings = new StartRule(begun("orders", SHARD + 1));
        beginnings.see(plan("orders", 2));

        assertThat(beginnings.isAsConfigured(new TopicPartition("orders", 1), SHARD))
                .isTrue();
    }

    @Test
    void shouldBeginAsConfiguredATopicThatIsStillToBeCreated() {
        StartRule beginnings = new StartRule(NOTHING);
        beginnings.see(
                new TopicsPlan(List.of(), List.of(new TopicProblem("orders", "not there yet", "")), List.of(), true));
        beginnings.see(plan("orders", 2));

        assertThat(beginnings.isAsConfigured(new TopicPartition("orders", 1), SHARD))
                .isTrue();
    }

    /** The records that are written before a look finds the partition would be left out. */
    @Test
    void shouldCopyWholeWhatIsAddedToATopicThatWasCreatedLate() {
        StartRule beginnings = new StartRule(NOTHING);
        beginnings.see(
                new TopicsPlan(List.of(), List.of(new TopicProblem("orders", "not there yet", "")), List.of(), true));
        beginnings.see(plan("orders", 2));
        beginnings.see(plan("orders", 3));

        assertThat(beginnings.isAsConfigured(new TopicPartition("orders", 1), SHARD))
                .isTrue();
        assertThat(beginnings.isAsConfigured(new TopicPartition("orders", 2), SHARD))
                .isFalse();
    }

    private static TopicsPlan plan(String topic, int partitions) {
        CopiedTopic copied =
                new CopiedTopic(topic, Uuid.ZERO_UUID, Uuid.ZERO_UUID, topic, partitions, 1_000_000, false, false);
        return new TopicsPlan(List.of(copied), List.of(), List.of(), false);
    }

    private static SavedState begun(String topic, int shard) {
        TopicPartition partition = new TopicPartition(topic, 0);
        PartitionPair pair = new PartitionPair(partition, Uuid.ZERO_UUID, topic, Uuid.ZERO_UUID);
        SavedProgress progress = new SavedProgress(
                pair,
                new Writer(shard, -1, (short) -1),
                0,
                0,
                0,
                -1,
                SavedRuns.of(Runs.none()),
                "",
                SourceSeen.NOTHING);
        return new SavedState(
                Map.of(partition, progress), Map.of(shard, ShardOwner.begun(shard, "a")), Optional.empty(), 0);
    }
}
