package io.replicator.naming;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.it.FlowDraft;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlowLoopsTest {
    private static final FlowDraft THERE = FlowDraft.from("there", "east", "west");
    private static final FlowDraft BACK = FlowDraft.from("back", "west", "east");

    private static Set<String> orders(ClusterConfig cluster) {
        return Set.of("orders");
    }

    private static List<FlowConfig> both(FlowDraft there, FlowDraft back) {
        return List.of(there.config(), back.config());
    }

    @Test
    void shouldRefuseTheSameNamesBothWays() {
        assertThat(FlowLoops.loop(both(THERE, BACK), FlowLoopsTest::orders))
                .get()
                .asString()
                .contains("orders would feed itself")
                .contains("flow there copies orders of east to orders on west")
                .contains("flow back copies orders of west to orders on east");
    }

    @Test
    void shouldRefuseNamesThatGrowForEver() {
        var flows = both(THERE.renaming("{source}.{topic}"), BACK.renaming("{source}.{topic}"));

        assertThat(FlowLoops.loop(flows, FlowLoopsTest::orders))
                .get()
                .asString()
                .contains("ever longer names")
                .contains("west.east.orders");
    }

    @Test
    void shouldAllowBothWaysWhenCopiesAreExcluded() {
        var flows = both(
                THERE.renaming("{source}.{topic}").excluding("west[.].*"),
                BACK.renaming("{source}.{topic}").excluding("east[.].*"));

        assertThat(FlowLoops.loop(flows, FlowLoopsTest::orders)).isEmpty();
    }

    @Test
    void shouldAllowDifferentTopicsBothWays() {
        var flows = both(THERE.selecting("orders"), BACK.selecting("payments"));

        assertThat(FlowLoops.check(flows)).isEmpty();
    }

    @Test
    void shouldAllowAWayBackThatEndsSomewhere() {
        var flows = both(THERE.selecting("orders"), BACK.selecting("orders").renaming("returned-{topic}"));

        assertThat(FlowLoops.check(flows)).isEmpty();
    }

    @Test
    void shouldRefuseNamesFromTheFileAlone() {
        var flows = both(THERE.selecting("orders"), BACK.selecting("orders"));

        assertThat(FlowLoops.check(flows)).isPresent();
        assertThat(FlowLoops.check(both(THERE, BACK))).isEmpty();
    }

    @Test
    void shouldFollowChainsOfClusters() {
        var flows = List.of(
                FlowDraft.from("a", "east", "west").config(),
                FlowDraft.from("b", "west", "north").config(),
                FlowDraft.from("c", "north", "east").config());

        assertThat(FlowLoops.loop(flows, FlowLoopsTest::orders)).isPresent();
        assertThat(FlowLoops.loop(flows.subList(0, 2), FlowLoopsTest::orders)).isEmpty();
    }

    @Test
    void shouldBlameOnlyFlowsThatStandInTheLoop() {
        var into = FlowDraft.from("into", "south", "east").config();
        var loops = new FlowLoops(List.of(into, THERE.config(), BACK.config()));

        assertThat(loops.through(into, "orders")).isEmpty();
        assertThat(loops.through(THERE.config(), "orders")).isPresent();
    }

    @Test
    void shouldKnowAClusterByItsServersToo() {
        var east = new ClusterConfig("east", "a:9092,b:9092", Map.of());
        var alias = new ClusterConfig("alias", "b:9092, a:9092", Map.of());
        var flows = List.of(
                FlowDraft.from("there", east, FlowDraft.nowhere("west")).config(),
                FlowDraft.from("back", FlowDraft.nowhere("west"), alias).config());

        assertThat(FlowLoops.loop(flows, FlowLoopsTest::orders)).isPresent();
    }
}
