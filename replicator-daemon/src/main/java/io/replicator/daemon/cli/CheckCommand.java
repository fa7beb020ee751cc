package io.replicator.daemon.cli;

import io.replicator.config.FlowConfig;
import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.daemon.settings.Settings;
import io.replicator.daemon.terminal.Table;
import io.replicator.preflight.Finding;
import io.replicator.preflight.Preflight;
import io.replicator.preflight.PreflightReport;
import io.replicator.preflight.TopicLine;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code replicator check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = {
            "Reads the configuration, connects to both clusters, and prints what would be copied and what is wrong.",
            "Changes nothing."
        },
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {
            " 0:nothing is wrong",
            "64:wrong usage",
            "69:a cluster does not answer",
            "77:a permission is missing",
            "78:wrong configuration, or a topic cannot be copied as configured"
        },
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {"  replicator check -c replicator.conf", "  replicator check -c replicator.conf --timeout 5"})
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait for a cluster to answer. Default: ${DEFAULT-VALUE}")
    private int timeoutSeconds;

    @Override
    public Integer call() throws BadSettingsException, InterruptedException {
        if (timeoutSeconds < 1) {
            throw new ParameterException(spec.commandLine(), "--timeout must be at least 1");
        }
        Settings settings = options.read();
        List<Finding> findings = new ArrayList<>();
        PrintWriter err = spec.commandLine().getErr();
        settings.warnings().forEach(warning -> err.println("WARNING " + warning));
        List<FlowConfig> flows = settings.replicator().flows();
        for (FlowConfig flow : flows) {
            PreflightReport report = Preflight.check(flow, flows, Duration.ofSeconds(timeoutSeconds));
            print(report, flow);
            findings.addAll(report.findings());
        }
        return exitCode(findings);
    }

    private void print(PreflightReport report, FlowConfig flow) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("flow " + report.flow() + ": " + flow.source().name() + " -> "
                + flow.target().name() + ", " + report.topics().size() + " topics");
        if (!report.topics().isEmpty()) {
            Table table = new Table("TOPIC", "TARGET TOPIC", "PARTITIONS", "RECORDS", "NOTE");
            for (TopicLine topic : report.topics()) {
                table.add(topic.topic(), topic.targetTopic(), topic.partitions(), topic.records(), topic.note());
            }
            table.lines().forEach(line -> out.println("  " + line));
        }
        for (Finding finding : report.findings()) {
            String cluster = finding.cluster().isEmpty() ? "" : finding.cluster() + ": ";
            out.println("  " + finding.severity() + " " + cluster + finding.message());
        }
    }

    /** The most severe error decides: without an answer nothing else is known; without a permission not everything is. */
    static int exitCode(List<Finding> findings) {
        List<Finding.Kind> errors = findings.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .map(Finding::kind)
                .toList();
        if (errors.isEmpty()) {
            return ExitCode.OK;
        }
        if (errors.contains(Finding.Kind.UNREACHABLE)) {
            return ExitCode.UNAVAILABLE;
        }
        return errors.contains(Finding.Kind.PERMISSION) ? ExitCode.NO_PERMISSION : ExitCode.CONFIGURATION;
    }
}
