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
            "Deletes the saved progress of topics, so that the flow copies them again. The flow must be stopped.",
            "The records on the target are not deleted: delete the target topic first, or it will have each record twice."
        },
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {
            " 0:success",
            "64:wrong usage",
            "69:the target does not answer",
            "77:a permission is missing",
            "78:wrong configuration, the flow is running, or there is no saved progress of the topic"
        },
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {"  replicator forget -c replicator.conf --flow east-to-west --topic orders"})
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
            description = "The topic's name on the source. May be repeated.")
    private Set<String> topics = Set.of();

    @Override
    public Integer call() throws BadSettingsException, CommandException, InterruptedException {
        FlowConfig flow = named(options.read().replicator().flows());
        int partitions = CommandException.run(() -> ProgressReset.forget(flow, topics, TIMEOUT));
        spec.commandLine()
                .getOut()
                .println("forgot " + partitions + " partitions of " + String.join(", ", topics) + "; flow " + flowName
                        + " copies them from topics.start on when it is started again");
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
