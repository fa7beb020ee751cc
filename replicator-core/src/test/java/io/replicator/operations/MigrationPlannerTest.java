package io.replicator.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.CommittedPosition;
import io.replicator.cluster.GroupListing;
import io.replicator.cluster.GroupMember;
import io.replicator.config.GroupDeletion;
import io.replicator.positions.CopiedTopicState;
import io.replicator.positions.KnownCopy;
import io.replicator.positions.SyncFlows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class MigrationPlannerTest {
    private static final MigrationOptions INEXACT = new MigrationOptions(true, false, false);
    private static final MigrationOptions LEAVE_OUT = new MigrationOptions(false, true, false);
    private static final MigrationOptions FORCE = new MigrationOptions(false, false, true);

    private final MigrationPlanner planner = new MigrationPlanner(SyncFlows.flow(".*", true, GroupDeletion.LEAVE));
    private final List<GroupMember> sourceMembers = new ArrayList<>();
    private final List<GroupMember> targetMembers = new ArrayList<>();
    private final SortedMap<TopicPartition, CommittedPosition> committed = new TreeMap<>(PlannedPosition.BY_NAME);
    private final List<TopicPartition> pending = new ArrayList<>();
    private final Map<TopicPartition, CommittedPosition> onTarget = new HashMap<>();
    private final Map<TopicPartition, CopiedTopicState> copies = new HashMap<>();

    private MigrationPlan plan(MigrationOptions options) {
        return planner.plan(
                new GroupFacts(
                        "billing", "east-billing", sourceMembers, targetMembers, committed, pending, onTarget, copies),
                options);
    }

    private void commit(long offset) {
        commit(offset, new CopiedTopicState.Copied(KnownCopy.TRANSLATOR, true));
    }

    private void commit(long offset, CopiedTopicState copy) {
        committed.put(KnownCopy.ORDERS, new CommittedPosition(offset, "m"));
        copies.put(KnownCopy.ORDERS, copy);
    }

    private static void assertRefused(MigrationPlan plan, boolean isPassing, String why) {
        assertThat(plan.refusals()).hasSize(1).allMatch(reason -> reason.contains(why));
        assertThat(plan.isPassing()).isEqualTo(isPassing);
        assertThat(plan.positions()).noneMatch(PlannedPosition::isMoved);
    }

    @Test
    void shouldPlanTheExactTranslation() {
        commit(4);
        onTarget.put(KnownCopy.COPY, new CommittedPosition(3, ""));

        MigrationPlan plan = plan(MigrationOptions.STRICT);

        assertThat(plan.isAllowed()).isTrue();
        assertThat(plan.positions())
                .singleElement()
                .returns(7L, PlannedPosition::targetOffset)
                .returns(3L, PlannedPosition::presentOffset)
                .returns("m", PlannedPosition::metadata)
                .returns(true, PlannedPosition::isExact);
    }

    @Test
    void shouldWaitForTheCopyMembersAndTransactions() {
        commit(40);
        assertRefused(plan(MigrationOptions.STRICT), true, "the copy has 5 offsets to go to 40");

        commit(4);
        pending.add(KnownCopy.ORDERS);
        assertThat(plan(MigrationOptions.STRICT))
                .returns(true, MigrationPlan::isPassing)
                .returns(false, MigrationPlan::isAllowed);

        pending.clear();
        sourceMembers.add(new GroupMember("app", "host", "id"));
        assertThat(plan(MigrationOptions.STRICT))
                .returns(true, MigrationPlan::isPassing)
                .returns(false, MigrationPlan::isAllowed);

        targetMembers.add(new GroupMember("app", "host", "id"));
        assertThat(plan(MigrationOptions.STRICT).isPassing()).isFalse();
    }

    @Test
    void shouldOverwriteAPositionThatIsFurtherOnOnlyWhenForced() {
        commit(4);
        onTarget.put(KnownCopy.COPY, new CommittedPosition(11, ""));

        assertRefused(plan(MigrationOptions.STRICT), false, "11, is further on than 7");
        assertThat(plan(FORCE).positions().get(0).targetOffset()).isEqualTo(7);
    }

    @Test
    void shouldMoveAnInexactPositionOnlyWhenThatIsAccepted() {
        commit(4, new CopiedTopicState.Copied(KnownCopy.translator(10, 20, 13, 10, 3, 10), true));

        assertRefused(plan(MigrationOptions.STRICT), false, "accept inexact positions");
        assertThat(plan(INEXACT).positions().get(0))
                .returns(3L, PlannedPosition::targetOffset)
                .returns(false, PlannedPosition::isExact);
    }

    @Test
    void shouldLeaveOutWhatIsNotCopiedOnlyWhenAsked() {
        commit(4, new CopiedTopicState.NotCopied(false));

        assertRefused(plan(MigrationOptions.STRICT), false, "orders-0: the flow copies nothing of it");
        assertThat(plan(LEAVE_OUT).positions().get(0)).returns(-1L, PlannedPosition::targetOffset);
        assertRefused(plan(LEAVE_OUT), false, "has committed nothing on east in topics that the flow copies");
    }

    @Test
    void shouldNotWaitForACopyThatIsNoLongerMade() {
        commit(40, new CopiedTopicState.Copied(KnownCopy.TRANSLATOR, false));

        assertRefused(plan(MigrationOptions.STRICT), false, "the flow no longer copies the topic");
    }

    @Test
    void shouldRefuseWhereATopicIsGoneOrHidden() {
        commit(4, new CopiedTopicState.Gone(KnownCopy.TRANSLATOR, "it is gone"));
        assertRefused(plan(FORCE), false, "orders-0: it is gone");

        commit(4, new CopiedTopicState.Hidden(KnownCopy.TRANSLATOR, "it is hidden"));
        assertRefused(plan(FORCE), false, "orders-0: it is hidden");
    }

    @Test
    void shouldRefuseGroupsWithoutPositions() {
        GroupListing shared = new GroupListing("billing", GroupListing.Kind.SHARE, "share", false);
        GroupListing group = new GroupListing("billing", GroupListing.Kind.CONSUMER, "consumer", false);

        assertThat(planner.refusal("biling", "b", Map.of("billing", group), Map.of())
                        .orElseThrow()
                        .refusals())
                .containsExactly("there is no group biling on east; did you mean billing?");
        assertThat(planner.refusal("billing", "b", Map.of("billing", shared), Map.of()))
                .isPresent();
        assertThat(planner.refusal("billing", "b", Map.of("billing", group), Map.of("b", shared)))
                .isPresent();
        assertThat(planner.refusal("billing", "b", Map.of("billing", group), Map.of()))
                .isEmpty();
        assertRefused(plan(MigrationOptions.STRICT), false, "has committed nothing on east");
    }
}
