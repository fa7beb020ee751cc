package io.replicator.daemon.cli;

import io.replicator.config.FlowConfig;
import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.verify.Verification;
import io.replicator.verify.VerificationException;
import io.replicator.verify.VerificationReport;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code replicator verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = {
            "Reads both clusters and compares what was copied, record by record: count, order, key, value, headers and"
                    + " timestamp.",
            "Changes nothing."
        },
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {
            " 0:equal",
            " 1:different; each difference is listed",
            "64:wrong usage",
            "69:a cluster does not answer, or nothing was copied yet",
            "78:wrong configuration"
        },
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {
            "  replicator verify -c replicator.conf",
            "  replicator verify -c replicator.conf --flow east-to-west --topic orders",
            "  replicator verify -c replicator.conf --json > report.json"
        })
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--flow",
            paramLabel = "FLOW",
            description = "Compares only this flow. May be repeated. Default: all.")
    private Set<String> flowNames = Set.of();

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "Compares only this source topic. May be repeated. Default: all.")
    private Set<String> topics = Set.of();

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "4",
            description =
                    "How many partitions are compared at the same time, each with about 30 MiB of memory. Default:"
                            + " ${DEFAULT-VALUE}")
    private int threads;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws BadSettingsException, CommandException, InterruptedException {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads must be at least 1");
        }
        List<FlowConfig> flows = selected(options.read().replicator().flows());
        Predicate<String> selectedTopics = topic -> topics.isEmpty() || topics.contains(topic);
        boolean equal = true;
        try (VerificationOutput output =
                VerificationOutput.to(spec.commandLine().getOut(), json)) {
            for (FlowConfig flow : flows) {
                output.begin(flow.name());
                VerificationReport report =
                        Verification.run(flow, selectedTopics, threads, output::progress, output::difference);
                output.end(report);
                equal &= report.isEqual();
            }
        } catch (VerificationException e) {
            throw new CommandException(ExitCode.UNAVAILABLE, e.getMessage());
        }
        return equal ? ExitCode.OK : ExitCode.DIFFERENT;
    }

    private List<FlowConfig> selected(List<FlowConfig> all) {
        Set<String> known = all.stream().map(FlowConfig::name).collect(Collectors.toSet());
        for (String name : flowNames) {
            if (!known.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(), "there is no flow " + name + "; there are: " + String.join(", ", known));
            }
        }
        return all.stream()
                .filter(flow -> flowNames.isEmpty() || flowNames.contains(flow.name()))
                .toList();
    }
}
