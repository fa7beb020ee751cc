package io.replicator.daemon.cli;

import static io.replicator.daemon.Snapshots.failed;
import static io.replicator.daemon.Snapshots.flow;
import static io.replicator.daemon.Snapshots.partition;
import static io.replicator.daemon.Snapshots.running;
import static io.replicator.daemon.Snapshots.standby;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.daemon.Snapshots;
import io.replicator.daemon.admin.AdminServer;
import io.replicator.daemon.admin.StatusPage;
import io.replicator.flow.FlowState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "run",
                "check",
                "status",
                "verify",
                "translate",
                "migrate-group",
                "forget",
                "import-mirrormaker",
                "demo"
            })
    void shouldHelpWithExamplesAndExitCodes(String command) {
        int exitCode = command.isEmpty() ? execute("--help") : execute(command, "--help");

        assertThat(exitCode).isZero();
        assertThat(out.toString()).contains("Usage: replicator", "Examples:", "xit codes:", "--version");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldSayItsVersion() {
        assertThat(execute("run", "--version")).isZero();
        assertThat(out.toString()).startsWith("replicator ").contains("java ", "kafka-clients 4.");
    }

    @Test
    void shouldExitWith64AndAHintOnMisuse() {
        assertThat(execute()).isEqualTo(64);
        assertThat(execute("run")).isEqualTo(64);
        assertThat(execute("rnu")).isEqualTo(64);
        assertThat(execute("run", "-c", "x", "--until-cought-up")).isEqualTo(64);
        assertThat(err.toString())
                .contains("a command is missing", "--config=FILE", "Try 'replicator run --help'.", "--until-caught-up");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "verify"})
    void shouldExitWith78AndAllMistakesOnABadFile(String command) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.conf"), "replicator { lanez = 1 }");

        assertThat(execute(command, "-c", file.toString())).isEqualTo(78);
        assertThat(err.toString().lines())
                .hasSize(4)
                .contains(
                        file + ":1: replicator.lanez: unknown key; did you mean lanes?",
                        "3 mistakes; nothing was started");
        assertThat(err.toString()).doesNotContain("\tat ");
    }

    @Test
    void shouldExitWith69WhenNoDaemonAnswers() throws IOException {
        int freePort;
        try (AdminServer server = AdminServer.bind("127.0.0.1", 0)) {
            freePort = server.port();
        }

        assertThat(execute("status", "--url", "http://127.0.0.1:" + freePort)).isEqualTo(69);
        assertThat(err.toString().lines()).hasSize(1).allMatch(line -> line.contains("no daemon answers"));
    }

    @Test
    void shouldShowTheStatusOfARunningDaemon() throws IOException {
        try (AdminServer server = AdminServer.bind("127.0.0.1", 0)) {
            server.serve(Map.of(
                    "/api/status",
                    new StatusPage(
                            "1.2",
                            "i1",
                            () -> List.of(running(partition("a", 0, 9, 9), failed("b", 1, "too large"))),
                            flow -> Snapshots.groups())));
            String url = "http://127.0.0.1:" + server.port();

            assertThat(execute("status", "--url", url)).isZero();
            assertThat(out.toString())
                    .contains(
                            "replicator 1.2, instance i1",
                            "1 of 2 running, owns 2 of 16 shards",
                            "consumer groups: 1, positions: 1 SYNCED, 1 NOT_YET",
                            "too large; resumes when somebody helps")
                    .doesNotContain("a-0");
            assertThat(execute("status", "--all", "--url", url + "/")).isZero();
            assertThat(out.toString()).contains("a-0");
            assertThat(execute("status", "--json", "--url", url)).isZero();
            assertThat(out.toString()).contains("{\"version\":\"1.2\"");
        }
    }

    @Test
    void shouldSayHowToGetTheDemo() {
        assertThat(execute("demo")).isEqualTo(69);
        assertThat(err.toString()).contains("replicator-testkit");
    }

    @Test
    void shouldWaitForTheEndsSeenWhenTheFlowBeganToRun() {
        CaughtUp caughtUp = new CaughtUp();

        assertThat(caughtUp.update(List.of())).isFalse();
        assertThat(caughtUp.update(List.of(flow("x", FlowState.STARTING, "connecting"))))
                .isFalse();
        assertThat(caughtUp.update(List.of(running(partition("a", 0, 5, 10), partition("a", 1, -1, -1)))))
                .isFalse();
        assertThat(caughtUp.update(List.of(running(partition("a", 0, 10, 50), partition("a", 1, 0, 3)))))
                .isFalse();
        assertThat(caughtUp.update(
                        List.of(running(partition("a", 0, 10, 50), partition("a", 1, 3, 9), partition("b", 0, 0, 9)))))
                .isTrue();
    }

    /** Before its first assignment every instance owns nothing: that is no end. */
    @Test
    void shouldWaitForAShareOfTheFlow() {
        CaughtUp caughtUp = new CaughtUp();

        assertThat(caughtUp.update(List.of(standby()))).isFalse();
        assertThat(caughtUp.update(List.of(running(partition("a", 0, 5, 10))))).isFalse();
        assertThat(caughtUp.update(List.of(running(partition("a", 0, 10, 10))))).isTrue();
    }

    @Test
    void shouldNotWaitForPartitionsThatAreGone() {
        CaughtUp caughtUp = new CaughtUp();
        caughtUp.update(List.of(running(partition("a", 0, 5, 10), partition("b", 0, 0, 10))));

        assertThat(caughtUp.update(List.of(running(partition("a", 0, 10, 10))))).isTrue();
    }

    private int execute(String... arguments) {
        CommandLine command = ReplicatorCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
