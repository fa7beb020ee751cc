package io.replicator.positions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cluster.CommittedPosition;
import io.replicator.positions.SyncRule.Decision;
import io.replicator.positions.SyncRule.OnTarget;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SyncRuleTest {
    private static final CopiedTopicState COPIED = new CopiedTopicState.Copied(KnownCopy.TRANSLATOR, true);
    private static final OnTarget NOWHERE = held(Optional.empty(), Written.NOTHING);

    private static OnTarget held(Optional<CommittedPosition> position, Written written) {
        return new OnTarget(position, false, written);
    }

    private static OnTarget ours(long offset, String metadata) {
        return held(Optional.of(new CommittedPosition(offset, metadata)), new Written(4, offset, true));
    }

    private static CommittedPosition at(long offset, String metadata) {
        return new CommittedPosition(offset, metadata);
    }

    @Test
    void shouldWriteTheTranslationWithItsMetadata() {
        Decision decision = SyncRule.of(at(4, "m"), COPIED, NOWHERE, true);

        assertThat(decision.write()).contains(at(7, "m"));
        assertThat(decision.verdict().state()).isEqualTo(PositionState.SYNCED);
    }

    @Test
    void shouldLeaveWhatIsRight() {
        Decision decision = SyncRule.of(at(4, "m"), COPIED, ours(7, "m"), true);

        assertThat(decision.write()).isEmpty();
        assertThat(decision.verdict().state()).isEqualTo(PositionState.SYNCED);
    }

    @Test
    void shouldWriteNewMetadataOverItsOwnPositionOnly() {
        OnTarget foreign = held(Optional.of(at(7, "theirs")), Written.NOTHING);

        assertThat(SyncRule.of(at(4, "new"), COPIED, ours(7, "old"), true).write())
                .contains(at(7, "new"));
        assertThat(SyncRule.of(at(4, "new"), COPIED, foreign, true).write()).isEmpty();
    }

    @Test
    void shouldKeepTheMetadataWhereThePositionDoesNotCoverAllThatWasRead() {
        Decision decision = SyncRule.of(at(40, "of 40"), COPIED, ours(7, "of 4"), true);

        assertThat(decision.write()).contains(at(25, "of 4"));
        assertThat(decision.verdict().state()).isEqualTo(PositionState.NOT_YET);
    }

    @Test
    void shouldOnlyReportWhereSyncIsOff() {
        assertThat(SyncRule.of(at(4, ""), COPIED, NOWHERE, false))
                .returns(Optional.empty(), Decision::write)
                .returns(PositionState.INEXACT, decision -> decision.verdict().state());
        assertThat(SyncRule.of(at(40, ""), COPIED, NOWHERE, false).verdict().state())
                .isEqualTo(PositionState.NOT_YET);
    }

    @Test
    void shouldSayThatACopyThatIsNoLongerMadeNeverReachesThePosition() {
        CopiedTopicState deselected = new CopiedTopicState.Copied(KnownCopy.TRANSLATOR, false);

        assertThat(SyncRule.of(at(40, ""), deselected, NOWHERE, true))
                .returns(Optional.empty(), Decision::write)
                .returns(PositionState.NOT_REPLICATED, decision -> decision.verdict()
                        .state());
        assertThat(SyncRule.of(at(4, ""), deselected, NOWHERE, true).write()).contains(at(7, ""));
    }

    @Test
    void shouldWriteNothingWhereATopicIsGoneOrHidden() {
        CopiedTopicState gone = new CopiedTopicState.Gone(KnownCopy.TRANSLATOR, "it is gone");
        CopiedTopicState hidden = new CopiedTopicState.Hidden(KnownCopy.TRANSLATOR, "it is hidden");

        for (CopiedTopicState state : new CopiedTopicState[] {gone, hidden}) {
            Decision decision = SyncRule.of(at(4, ""), state, NOWHERE, true);
            assertThat(decision.write()).isEmpty();
            assertThat(decision.verdict().state()).isEqualTo(PositionState.FAILED);
            assertThat(decision.verdict().reason()).startsWith("it is ");
        }
        assertThatThrownBy(() -> SyncRule.of(at(4, ""), new CopiedTopicState.NotCopied(true), NOWHERE, true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNoticeThatAPositionThatWasSetBackHasCaughtUp() {
        OnTarget setBack = held(Optional.of(at(7, "")), new Written(8, 11, true));

        assertThat(SyncRule.haveMet(
                        SyncRule.of(at(4, ""), COPIED, setBack, true).verdict(), setBack))
                .isTrue();
        assertThat(SyncRule.haveMet(
                        SyncRule.of(at(9, ""), COPIED, setBack, true).verdict(), setBack))
                .isFalse();
        assertThat(SyncRule.haveMet(
                        SyncRule.of(at(4, ""), COPIED, ours(7, ""), true).verdict(), ours(7, "")))
                .isFalse();
    }
}
