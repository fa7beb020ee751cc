package io.replicator.daemon.cli;

import io.replicator.config.FlowConfig;
import io.replicator.daemon.Daemon;
import io.replicator.daemon.Version;
import io.replicator.daemon.service.ServiceNotifier;
import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.daemon.settings.Settings;
import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code replicator run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = "Runs the daemon in the foreground until SIGTERM or SIGINT.",
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {
            " 0:clean stop",
            "64:wrong usage",
            "69:the admin server cannot listen on its address",
            "70:internal error, or a flow failed that may continue after a restart",
            "78:wrong configuration, or a flow was refused, such as one from a cluster to itself"
        },
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {
            "  replicator run -c replicator.conf",
            "  replicator run -c replicator.conf -D replicator.admin.listen=127.0.0.1:0",
            "  replicator run -c replicator.conf --until-caught-up",
            "",
            "The daemon also stops when all its flows have failed, and with",
            "--until-caught-up when one has."
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--until-caught-up",
            description =
                    "Stops when every flow has copied up to the end offsets that it saw at its start. For a migration.")
    private boolean untilCaughtUp;

    @Override
    public Integer call() throws BadSettingsException, CommandException, InterruptedException {
        Settings settings = options.read();
        banner(settings);
        ServiceNotifier service = ServiceNotifier.fromEnvironment();
        try (Daemon daemon = start(settings)) {
            CleanStop stop = CleanStop.install(daemon, service);
            service.ready(flowNames(settings));
            watch(daemon, stop, service);
            if (stop.remove()) {
                service.stopping();
                return outcome(daemon.flows());
            }
            return ExitCode.OK;
        }
    }

    private static void banner(Settings settings) {
        LOG.info(
                "Starting {}. instance={} flows={} lanes={} memory={}",
                Version.current(),
                settings.replicator().instance(),
                flowNames(settings),
                settings.replicator().lanes(),
                settings.replicator().memoryBytes());
        settings.warnings().forEach(LOG::warn);
    }

    private static String flowNames(Settings settings) {
        return settings.replicator().flows().stream().map(FlowConfig::name).collect(Collectors.joining(","));
    }

    private static Daemon start(Settings settings) throws CommandException {
        try {
            return Daemon.start(settings);
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNAVAILABLE, e.getMessage());
        }
    }

    /** Shows progress until a signal comes, until no flow is left, or, with --until-caught-up, until all is copied. */
    private void watch(Daemon daemon, CleanStop stop, ServiceNotifier service) throws InterruptedException {
        CaughtUp caughtUp = new CaughtUp();
        long startNanos = System.nanoTime();
        Watchdog watchdog = new Watchdog(service, startNanos);
        try (ProgressReport report = new ProgressReport(startNanos)) {
            while (!stop.awaitRequest(POLL_NANOS)) {
                long nowNanos = System.nanoTime();
                List<FlowStatus> flows = daemon.flows();
                report.show(flows, nowNanos);
                watchdog.turn(daemon, nowNanos);
                if (haveAllFailed(flows) || (untilCaughtUp && isFinished(caughtUp, flows))) {
                    return;
                }
            }
        }
    }

    /** A process with nothing left to do ends and prints the reason, so that the service manager or the user sees it. */
    private static boolean haveAllFailed(List<FlowStatus> flows) {
        return flows.stream().allMatch(RunCommand::isFailed);
    }

    private static boolean isFinished(CaughtUp caughtUp, List<FlowStatus> flows) {
        return flows.stream().anyMatch(RunCommand::isFailed) || caughtUp.update(flows);
    }

    private static boolean isFailed(FlowStatus flow) {
        return flow.state() == FlowState.FAILED;
    }

    /**
     * The exit code of the process.
     *
     * @throws CommandException when a flow failed. When one of them may continue after a restart, the exit code is its, so that
     *     the service manager restarts the process
     */
    static int outcome(List<FlowStatus> flows) throws CommandException {
        Optional<FlowStatus> failed =
                flows.stream().filter(RunCommand::isFailed).max(Comparator.comparing(FlowStatus::mayRestart));
        if (failed.isPresent()) {
            FlowStatus flow = failed.get();
            throw new CommandException(
                    flow.mayRestart() ? ExitCode.INTERNAL : ExitCode.CONFIGURATION,
                    "flow " + flow.name() + ": " + flow.reason());
        }
        for (FlowStatus flow : flows) {
            long records = flow.partitions().stream()
                    .mapToLong(PartitionStatus::records)
                    .sum();
            LOG.info("Caught up. flow={} records={}", flow.name(), records);
        }
        return ExitCode.OK;
    }
}
