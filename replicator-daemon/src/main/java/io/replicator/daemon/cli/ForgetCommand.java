package io.replicator.daemon.cli;

import io.replicator.config.FlowConfig;
import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.operations.ProgressReset;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code replicator forget}. */
@Command(
        name = "forget",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = {
            "Removes the saved progress of topics, so that a flow copies them as if it never had. The flow must be stopped.",
            "What is on the target stays there: delete the topic there first, or its records stand there twice."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  replicator forget -c replicator.conf --flow east-to-west --topic orders",
            "",
            "Exit codes: 0 forgotten, 64 usage, 69 the target does not answer, 77 a right is missing, 78 bad configuration,",
            "the flow is running, or nothing is known of the topic."
        })
final class ForgetCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(names = "--flow", paramLabel = "FLOW", required = true, description = "The flow.")
    private String flowName;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            required = true,
            description = "A topic, by its name on the source. May be repeated.")
    private Set<String> topics = Set.of();

    @Override
    public Integer call() throws BadSettingsException, CommandException, InterruptedException {
        FlowConfig flow = named(options.read().replicator().flows());
        int partitions = CommandException.orSaid(() -> ProgressReset.forget(flow, topics, TIMEOUT));
        spec.commandLine()
                .getOut()
                .println("forgot " + partitions + " partitions of " + String.join(", ", topics) + "; flow " + flowName
                        + " copies them where topics.start says when it is started again");
        return ExitCode.OK;
    }

    private FlowConfig named(List<FlowConfig> all) {
        return all.stream()
                .filter(flow -> flow.name().equals(flowName))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "there is no flow " + flowName + "; there are: "
                                + String.join(
                                        ", ", all.stream().map(FlowConfig::name).toList())));
    }
}
