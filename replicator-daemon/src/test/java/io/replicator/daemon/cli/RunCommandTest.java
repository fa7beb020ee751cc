package io.replicator.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.replicator.daemon.Snapshots;
import io.replicator.flow.FlowStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunCommandTest {
    /** The service manager does not answer this code with another start. */
    @Test
    void shouldEndForGoodWhenAFlowWasRefused() {
        assertThat(exitCode(Snapshots.running(), Snapshots.failed("the same cluster", false)))
                .isEqualTo(ExitCode.CONFIGURATION);
    }

    @Test
    void shouldAskForAnotherStartWhenAFlowBrokeOff() {
        assertThat(exitCode(Snapshots.failed("out of memory", true))).isEqualTo(ExitCode.INTERNAL);
        assertThat(exitCode(
                        Snapshots.failed("the same cluster", false),
                        Snapshots.failed("internal error", true),
                        Snapshots.failed("the same cluster", false)))
                .isEqualTo(ExitCode.INTERNAL);
    }

    private static int exitCode(FlowStatus... flows) {
        return catchThrowableOfType(CommandException.class, () -> RunCommand.outcome(List.of(flows)))
                .exitCode();
    }
}
