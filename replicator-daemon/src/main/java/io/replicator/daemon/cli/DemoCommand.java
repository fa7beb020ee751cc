package io.replicator.daemon.cli;

import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code replicator demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = "Starts two local clusters, writes to one, copies it to the other, and verifies the copy.",
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {" 0:success", "69:the demo is not on the class path"},
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {
            "  replicator demo",
            "",
            "The demo needs Kafka brokers, which this distribution does not contain: run it",
            "from the sources, as the README describes."
        })
final class DemoCommand implements Callable<Integer> {
    @Override
    public Integer call() throws CommandException, InterruptedException {
        Optional<Demo> demo = ServiceLoader.load(Demo.class).findFirst();
        if (demo.isEmpty()) {
            throw new CommandException(
                    ExitCode.UNAVAILABLE,
                    "the demo needs Kafka brokers, which this distribution does not contain; run it from the sources,"
                            + " with replicator-testkit on the class path, as the README describes");
        }
        return demo.get().run();
    }
}
