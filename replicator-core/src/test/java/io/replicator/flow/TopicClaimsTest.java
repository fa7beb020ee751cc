package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.FlowConfig;
import io.replicator.offsets.TopicClaim;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicsPlan;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

final class TopicClaimsTest {
    private static final CopiedTopic ORDERS =
            new CopiedTopic("orders", Uuid.ZERO_UUID, Uuid.ZERO_UUID, "copy", 1, 1_000_000, false, false);
    private static final TopicsPlan PLAN = new TopicsPlan(List.of(ORDERS), List.of(), List.of(), false);
    private static final TopicsPlan NO_TOPIC = new TopicsPlan(List.of(), List.of(), List.of(), false);
    private static final Standing ONE_OF_TWO = new Standing(true, 1, false);

    private final FlowConfig config = ControlParts.flow(2);
    private final TopicClaims claims = new TopicClaims(config);

    @Test
    void shouldReadInEveryRoundWhatAFormerOwnerMayHaveWrittenOver() {
        claims.read(Map.of(), ONE_OF_TWO);

        assertThat(claims.mustRead(ONE_OF_TWO)).isTrue();
    }

    @Test
    void shouldReadOnceInATermWhenThereIsNobodyElse() {
        Standing alone = new Standing(true, 1, true);
        claims.read(Map.of(), alone);

        assertThat(claims.mustRead(alone)).isFalse();
        assertThat(claims.mustRead(new Standing(true, 2, true))).isTrue();
    }

    @Test
    void shouldHoldAgainWhatWasWrittenOver() {
        claims.read(Map.of("copy", claim(TopicClaim.State.HELD)), ONE_OF_TWO);
        assertThat(claims.allowed(PLAN, OtherClaims.NONE, ONE_OF_TWO).topics()).containsExactly(ORDERS);

        claims.read(Map.of("copy", claim(TopicClaim.State.WANTED)), ONE_OF_TWO);

        assertThat(claims.decided(PLAN, OtherClaims.NONE, ONE_OF_TWO, 0))
                .containsEntry("copy", claim(TopicClaim.State.HELD));
    }

    /** Otherwise a topic would be left for ever. */
    @Test
    void shouldLeaveATopicInTimeAlthoughItReadsEachTime() {
        long patienceNanos = 3 * config.topics().refreshInterval().toNanos() + 10_000_000_000L;
        claims.read(Map.of("copy", claim(TopicClaim.State.HELD)), ONE_OF_TWO);
        assertThat(claims.left(NO_TOPIC, ONE_OF_TWO, 0)).containsEntry("copy", claim(TopicClaim.State.LEAVING));

        claims.read(Map.of("copy", claim(TopicClaim.State.LEAVING)), ONE_OF_TWO);

        assertThat(claims.left(NO_TOPIC, ONE_OF_TWO, patienceNanos))
                .containsEntry("copy", claim(TopicClaim.State.LEFT));
    }

    private static TopicClaim claim(TopicClaim.State state) {
        return new TopicClaim(state, 1, "orders");
    }
}
