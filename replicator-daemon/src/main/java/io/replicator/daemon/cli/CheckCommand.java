package io.replicator.daemon.cli;

import io.replicator.config.FlowConfig;
import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.daemon.settings.Settings;
import io.replicator.topics.Finding;
import io.replicator.topics.Preflight;
import io.replicator.topics.PreflightReport;
import io.replicator.topics.TopicLine;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
        description = "Reads the file, connects to both clusters, prints what would be replicated and what is wrong."
                + " Changes nothing.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  replicator check -c replicator.conf",
            "  replicator check -c replicator.conf --timeout 5",
            "",
            "Exit codes: 0 nothing is wrong, 64 usage, 69 a cluster does not answer, 77 a right is missing,",
            "78 bad configuration, or a topic cannot be copied as configured."
        })
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait for a cluster. Default: ${DEFAULT-VALUE}")
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
            out.println(String.format(
                    Locale.ROOT,
                    "  %-40s %-40s %10s %14s  %s",
                    "TOPIC",
                    "ON THE TARGET",
                    "PARTITIONS",
                    "RECORDS",
                    "NOTE"));
        }
        for (TopicLine topic : report.topics()) {
            out.println(String.format(
                            Locale.ROOT,
                            "  %-40s %-40s %10d %14d  %s",
                            topic.topic(),
                            topic.targetTopic(),
                            topic.partitions(),
                            topic.records(),
                            topic.note())
                    .stripTrailing());
        }
        for (Finding finding : report.findings()) {
            String cluster = finding.cluster().isEmpty() ? "" : finding.cluster() + ": ";
            out.println("  " + finding.severity() + " " + cluster + finding.message());
        }
    }

    /** The gravest error decides: without an answer nothing else is known, without a right not all. */
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
