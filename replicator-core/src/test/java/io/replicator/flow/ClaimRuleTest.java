package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.offsets.TopicClaim;
import io.replicator.offsets.TopicClaim.State;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClaimRuleTest {
    /** This flow is b. */
    @ParameterizedTest(name = "{0} {1}, copied {2}, against {3} {4} {5}: {6}")
    @CsvSource({
        // Nobody else, or nobody else who has it.
        "-,       0, false, -, -,       0, BEGIN",
        "UNSAID,  0, false, -, -,       0, BEGIN",
        "LEFT,    7, false, -, -,       0, BEGIN",
        "LEAVING, 7, false, -, -,       0, BEGIN",
        "WANTED,  7, false, -, -,       0, FINISH",
        "HELD,    7, false, -, -,       0, COPY",
        "-,       0, false, a, LEFT,    9, BEGIN",
        "WANTED,  7, false, a, LEFT,    9, FINISH",
        "HELD,    7, true,  a, LEFT,    9, COPY",
        // Whoever comes second stays away.
        "-,       0, false, a, HELD,    1, WAIT",
        "-,       0, false, a, WANTED,  1, WAIT",
        "-,       0, false, a, LEAVING, 1, WAIT",
        "-,       0, false, a, UNSAID,  0, WAIT",
        "LEFT,    7, false, a, HELD,    1, WAIT",
        "UNSAID,  0, false, a, HELD,    1, YIELD",
        "UNSAID,  0, false, a, UNSAID,  0, YIELD",
        // Two that begin together.
        "WANTED,  7, false, a, HELD,    1, YIELD",
        "WANTED,  7, false, a, LEAVING, 1, YIELD",
        "WANTED,  7, false, a, UNSAID,  0, YIELD",
        "WANTED,  7, false, a, WANTED,  6, YIELD",
        "WANTED,  7, false, a, WANTED,  7, YIELD",
        "WANTED,  7, false, c, WANTED,  7, WAIT",
        "WANTED,  7, false, a, WANTED,  8, WAIT",
        // Two that hold it: one began while the other was down, or looked so.
        "HELD,    7, false, a, HELD,    8, YIELD",
        "HELD,    7, true,  a, HELD,    8, YIELD",
        "HELD,    7, true,  a, LEAVING, 8, YIELD",
        "HELD,    8, false, a, HELD,    7, COPY",
        "HELD,    8, true,  a, HELD,    7, COPY",
        "HELD,    7, true,  a, HELD,    7, COPY",
        "HELD,    7, true,  c, HELD,    7, YIELD",
        "HELD,    7, false, a, WANTED,  8, WAIT",
        "HELD,    7, true,  a, WANTED,  8, COPY",
        "HELD,    7, false, a, UNSAID,  0, YIELD",
        "HELD,    7, true,  a, UNSAID,  0, COPY"
    })
    void shouldDecide(
            String own, long turn, boolean isCopied, String rival, String rivalState, long rivalTurn, String step) {
        Map<String, TopicClaim> rivals =
                rival.equals("-") ? Map.of() : Map.of(rival, claim(State.valueOf(rivalState), rivalTurn));
        Optional<TopicClaim> claim = own.equals("-") ? Optional.empty() : Optional.of(claim(State.valueOf(own), turn));

        assertThat(ClaimRule.of("b", claim, isCopied, rivals).step()).isEqualTo(ClaimRule.Step.valueOf(step));
    }

    @Test
    void shouldNeverLetTwoWriteThatSeeEachOtherAndAlwaysOneOfTwoThatHoldIt() {
        for (State state : State.values()) {
            for (State otherState : State.values()) {
                for (long turn = 1; turn <= 3; turn++) {
                    boolean writes = writes("a", claim(state, 2), "b", claim(otherState, turn));
                    boolean otherWrites = writes("b", claim(otherState, turn), "a", claim(state, 2));

                    assertThat(writes && otherWrites)
                            .as("%s 2 against %s %d", state, otherState, turn)
                            .isFalse();
                    if (state == State.HELD && otherState == State.HELD) {
                        assertThat(writes || otherWrites).isTrue();
                    }
                }
            }
        }
    }

    private static boolean writes(String flow, TopicClaim own, String rival, TopicClaim claim) {
        ClaimRule.Step step = ClaimRule.of(flow, Optional.of(own), false, Map.of(rival, claim))
                .step();
        return step == ClaimRule.Step.COPY || step == ClaimRule.Step.FINISH;
    }

    private static TopicClaim claim(State state, long turn) {
        return new TopicClaim(state, turn, "orders");
    }
}
