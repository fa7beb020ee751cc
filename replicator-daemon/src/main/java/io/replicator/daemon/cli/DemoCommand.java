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
        description = "Two local clusters, a load, a daemon, a verification.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  replicator demo",
            "",
            "Kafka brokers are no part of this distribution: the demo runs from the sources.",
            "Exit codes: 0 done, 69 the demo is not on the class path."
        })
final class DemoCommand implements Callable<Integer> {
    @Override
    public Integer call() throws CommandException, InterruptedException {
        Optional<Demo> demo = ServiceLoader.load(Demo.class).findFirst();
        if (demo.isEmpty()) {
            throw new CommandException(
                    ExitCode.UNAVAILABLE,
                    "the demo needs Kafka brokers, which are no part of this distribution; it runs from the sources,"
                            + " with replicator-testkit on the class path: see the README");
        }
        return demo.get().run();
    }
}
