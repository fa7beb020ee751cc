package io.replicator.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cluster.ClusterInMemory;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.it.FlowDraft;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TopicPlannerTest {
    private static final FlowDraft FLOW =
            FlowDraft.from("f", "east", "west").selecting("orders", "bills").renaming("e.{topic}");

    private final ClusterInMemory source = new ClusterInMemory("east");
    private final ClusterInMemory target = new ClusterInMemory("west");
    private final List<Long> pauses = new ArrayList<>();

    private TopicPlanner planner(FlowDraft flow) {
        FlowConfig config = flow.config();
        return new TopicPlanner(config, List.of(config), source, target, pauses::add);
    }

    private TopicsPlan refresh(FlowDraft flow, Map<String, String> started, boolean mayChange) throws Exception {
        return planner(flow).refresh(started, mayChange);
    }

    @Test
    void shouldCreateWhatIsMissingAndGrowWhatIsTooSmall() throws Exception {
        source.createTopic("orders", 3, Map.of("cleanup.policy", "compact"));
        source.createTopic("bills", 4, Map.of());
        source.createTopic("unselected", 1, Map.of());
        target.createTopic("e.bills", 1, Map.of());

        TopicsPlan plan = refresh(FLOW, Map.of(), true);

        assertThat(plan.problems()).isEmpty();
        assertThat(plan.topics()).extracting(CopiedTopic::name).containsExactly("bills", "orders");
        assertThat(plan.topics()).extracting(CopiedTopic::partitions).containsExactly(4, 3);
        assertThat(plan.topics().get(1).targetIsCompacted()).isTrue();
        assertThat(target.requests()).containsExactly("create e.bills 1", "create e.orders 3", "grow e.bills 4");
        assertThat(pauses).isEmpty();
    }

    @Test
    void shouldLeaveChangesToTheInstanceThatMayChange() throws Exception {
        source.createTopic("orders", 3, Map.of());
        source.createTopic("bills", 4, Map.of());
        target.createTopic("e.bills", 1, Map.of());

        TopicsPlan plan = refresh(FLOW, Map.of(), false);

        assertThat(plan.isPassing()).isTrue();
        assertThat(plan.topics()).extracting(CopiedTopic::partitions).containsExactly(1);
        assertThat(plan.problems()).extracting(TopicProblem::topic).containsExactly("orders");
        assertThat(target.requests()).containsExactly("create e.bills 1");
    }

    @Test
    void shouldWaitAWhileForBrokersToShowWhatWasCreated() throws Exception {
        source.createTopic("orders", 1, Map.of());
        target.showAfter(2);

        assertThat(refresh(FLOW, Map.of(), true).topics()).hasSize(1);
        assertThat(pauses).hasSize(2);
    }

    @Test
    void shouldTryAgainSoonWhenBrokersDoNotShowWhatWasCreated() throws Exception {
        source.createTopic("orders", 1, Map.of());
        target.showAfter(1_000);

        TopicsPlan plan = refresh(FLOW, Map.of(), true);

        assertThat(plan.topics()).isEmpty();
        assertThat(plan.isPassing()).isTrue();
        assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("was created", "do not show it yet"));
    }

    @Test
    void shouldNotRecreateACopyThatWasDeleted() throws Exception {
        source.createTopic("orders", 1, Map.of());

        TopicsPlan plan = refresh(FLOW, Map.of("orders", "e.orders"), true);

        assertThat(target.requests()).isEmpty();
        assertThat(plan.isPassing()).isFalse();
        assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("e.orders was deleted on west"));
    }

    @Test
    void shouldReportATopicThatWasDeletedOnTheSource() throws Exception {
        TopicsPlan plan = refresh(FLOW, Map.of("orders", "e.orders"), true);

        assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("orders was deleted on east"));
    }

    @Test
    void shouldNotContinueUnderAnotherName() throws Exception {
        source.createTopic("orders", 1, Map.of());
        target.createTopic("orders", 1, Map.of());

        TopicsPlan plan = refresh(FLOW, Map.of("orders", "orders"), true);

        assertThat(plan.topics()).isEmpty();
        assertThat(target.requests()).containsExactly("create orders 1");
        assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("rename was changed from orders to e.orders"));
    }

    @Test
    void shouldCopyTheOthersWhenATopicIsDenied() throws Exception {
        source.createTopic("orders", 1, Map.of());
        source.createTopic("bills", 1, Map.of());
        target.deny("e.orders");

        TopicsPlan plan = refresh(FLOW, Map.of(), true);

        assertThat(plan.topics()).extracting(CopiedTopic::name).containsExactly("bills");
        assertThat(plan.problems()).extracting(TopicProblem::topic).containsExactly("orders");
    }

    @Test
    void shouldCopyThePartitionsThereAreWhenATopicMayNotGrow() throws Exception {
        source.createTopic("orders", 3, Map.of());
        target.createTopic("e.orders", 2, Map.of());
        target.refuseGrowth();

        TopicsPlan plan = refresh(FLOW, Map.of(), true);

        assertThat(plan.topics()).extracting(CopiedTopic::partitions).containsExactly(2);
        assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("partitions from 2 on are not copied"));
    }

    @Test
    void shouldCreateNothingWhereThatIsDisabled() throws Exception {
        source.createTopic("orders", 1, Map.of());

        TopicsPlan plan = refresh(FLOW.creatingNothing(), Map.of(), true);

        assertThat(target.requests()).isEmpty();
        assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("topics.create.enabled is false"));
    }

    @Test
    void shouldKnowNothingWhenAClusterDoesNotAnswer() throws Exception {
        source.createTopic("orders", 1, Map.of());
        target.setAway(true);

        assertThatThrownBy(() -> refresh(FLOW, Map.of(), true)).isInstanceOf(UnavailableException.class);
    }
}
