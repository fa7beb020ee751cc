package io.replicator.naming;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.FlowConfig;
import io.replicator.config.MirrorMakerConfig;
import io.replicator.config.MirrorMakerConfig.Side;
import io.replicator.config.PositionsConfig;
import io.replicator.it.FlowDraft;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MirrorMakerTopicsTest {
    private static FlowConfig flow(String rename, Side offsetSyncsAt, boolean heartbeats) {
        return FlowDraft.from("f", "east", "west")
                .selecting("orders", "A[.].*")
                .excluding(".*heartbeats")
                .renaming(rename)
                .config()
                .with(new PositionsConfig(
                        PositionsConfig.NONE.groups(),
                        new MirrorMakerConfig(true, offsetSyncsAt, true, heartbeats, Duration.ofSeconds(1)),
                        PositionsConfig.DEFAULT_MAX_RUNS));
    }

    @ParameterizedTest
    @CsvSource({
        "{topic}, mm2-offset-syncs.west.internal, mm2-offset-syncs.east.internal, east.checkpoints.internal, east.heartbeats",
        "{source}.{topic}, mm2-offset-syncs.west.internal, mm2-offset-syncs.east.internal, east.checkpoints.internal, east.heartbeats",
        "{source}_{topic}, mm2-offset-syncs_west_internal, mm2-offset-syncs_east_internal, east_checkpoints_internal, east_heartbeats"
    })
    void shouldNameTopicsAsMirrorMakerDoes(
            String rename, String syncsOnSource, String syncsOnTarget, String checkpoints, String heartbeats) {
        MirrorMakerTopics atSource = new MirrorMakerTopics(flow(rename, Side.SOURCE, true));
        MirrorMakerTopics atTarget = new MirrorMakerTopics(flow(rename, Side.TARGET, true));

        assertThat(atSource.offsetSyncs()).isEqualTo(syncsOnSource);
        assertThat(atTarget.offsetSyncs()).isEqualTo(syncsOnTarget);
        assertThat(atSource.checkpoints()).isEqualTo(checkpoints);
        assertThat(atSource.copiedHeartbeats("heartbeats")).isEqualTo(heartbeats);
    }

    @Test
    void shouldCopyTheSourcesHeartbeatsUnderItsNameWhateverIsSelected() {
        FlowConfig flow = flow("{topic}", Side.SOURCE, true);

        assertThat(new TopicSelection(flow).isSelected("heartbeats")).isTrue();
        assertThat(new TopicNaming(flow).targetOf("heartbeats")).isEqualTo("east.heartbeats");
        assertThat(new TopicNaming(flow).targetOf("orders")).isEqualTo("orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"west.heartbeats", "east.heartbeats", "iot.heartbeats", "myheartbeats", "heartbeats.x"})
    void shouldLeaveWhatIsCalledAlikeToSelectAndRename(String topic) {
        FlowConfig flow = flow("{topic}", Side.SOURCE, true);

        assertThat(new TopicSelection(flow).isSelected(topic)).isFalse();
        assertThat(new TopicNaming(flow).targetOf(topic)).isEqualTo(topic);
    }

    @Test
    void shouldCopyNoHeartbeatsWhenThereAreNone() {
        FlowConfig flow = flow("{topic}", Side.SOURCE, false);

        assertThat(new TopicSelection(flow).isSelected("heartbeats")).isFalse();
    }

    @Test
    void shouldFindNoLoopInHeartbeatsOfTwoFlowsBackAndForth() {
        FlowConfig forth = flow("{topic}", Side.SOURCE, true);
        FlowConfig back = new FlowConfig(
                        "back",
                        forth.target(),
                        forth.source(),
                        forth.topics(),
                        forth.delivery(),
                        forth.isolation(),
                        forth.shards(),
                        forth.maxBytesPerSecond())
                .with(forth.positions());

        assertThat(new FlowLoops(List.of(forth, back)).through(forth, "heartbeats"))
                .isEmpty();
    }
}
