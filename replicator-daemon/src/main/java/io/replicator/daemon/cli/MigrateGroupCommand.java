package io.replicator.daemon.cli;

import io.replicator.config.FlowConfig;
import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.operations.GroupMigration;
import io.replicator.operations.MigrationOptions;
import io.replicator.operations.MigrationPlan;
import io.replicator.operations.MigrationReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code replicator migrate-group}. */
@Command(
        name = "migrate-group",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = {
            "Moves consumer groups to the target, exactly, and prints which record each of them reads next.",
            "First it checks that the group is stopped on the source, and that the flow has copied all records up to the"
                    + " group's positions. Then it writes the positions on the target and reads them back.",
            "A group that cannot be moved is not changed; the others are moved. The command can be repeated. The daemon may"
                    + " run meanwhile, but need not."
        },
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {
            " 0:every group was moved, or could be moved (--dry-run)",
            " 1:a group was refused or failed; the reasons are printed",
            "64:wrong usage",
            "69:a cluster does not answer",
            "77:a permission is missing",
            "78:wrong configuration, or no group matches"
        },
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {
            "  replicator migrate-group -c replicator.conf --group billing --dry-run",
            "  replicator migrate-group -c replicator.conf --group billing --wait 10m",
            "  replicator migrate-group -c replicator.conf --pattern 'app-.*' --topic orders"
        })
final class MigrateGroupCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Mixin
    private FlowOption flowOption = new FlowOption();

    @Option(names = "--group", paramLabel = "GROUP", description = "A group on the source. May be repeated.")
    private Set<String> names = Set.of();

    @Option(
            names = "--pattern",
            paramLabel = "REGEX",
            description = "All groups on the source whose whole name matches.")
    private String pattern = "";

    @Option(
            names = "--topic",
            paramLabel = "REGEX",
            description =
                    "All groups on the source that have a position in a matching topic. With --pattern: both must match.")
    private String topic = "";

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            arity = "0..1",
            fallbackValue = "365d",
            converter = DurationConverter.class,
            description =
                    "Waits for at most this time, such as 90s or 10m, until the groups are stopped and the records up to"
                            + " their positions are copied. Without TIME: as long as necessary.")
    private Duration wait = Duration.ZERO;

    @Option(names = "--dry-run", description = "Prints what would be done, and changes nothing.")
    private boolean dryRun;

    @Option(
            names = "--accept-inexact",
            description = "Also moves positions that have no exact translation, or are before the first copied record.")
    private boolean acceptInexact;

    @Option(
            names = "--leave-out",
            description = "Moves the group without its positions in topics that the flow does not copy.")
    private boolean leaveOut;

    @Option(
            names = "--force",
            description = "Also overwrites positions on the target that are ahead of the translated ones.")
    private boolean force;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws BadSettingsException, CommandException, InterruptedException {
        if (names.isEmpty() == (pattern.isEmpty() && topic.isEmpty())) {
            throw misused("give --group, or --pattern, --topic or both");
        }
        Predicate<String> ofName = matching("--pattern", pattern);
        Predicate<String> ofTopic = matching("--topic", topic);
        FlowConfig flow = flowOption.choose(options.read().replicator().flows(), spec);
        return CommandException.run(() -> {
            try (GroupMigration migration = GroupMigration.open(flow, TIMEOUT)) {
                List<String> groups =
                        names.isEmpty() ? migration.groups(ofName, ofTopic) : List.copyOf(new TreeSet<>(names));
                if (groups.isEmpty()) {
                    throw new CommandException(
                            ExitCode.CONFIGURATION,
                            "no group on " + flow.source().name() + " matches"
                                    + (pattern.isEmpty() ? "" : " --pattern " + pattern)
                                    + (topic.isEmpty() ? "" : " --topic " + topic));
                }
                return move(migration, groups, flow);
            }
        });
    }

    private int move(GroupMigration migration, List<String> groups, FlowConfig flow) throws InterruptedException {
        MigrationOptions allowed = new MigrationOptions(acceptInexact, leaveOut, force);
        PrintWriter out = spec.commandLine().getOut();
        MigrationOutput output = new MigrationOutput(flow);
        List<MigrationReport> all = new ArrayList<>();
        boolean isDone = true;
        long deadlineNanos = System.nanoTime() + wait.toNanos();
        for (String group : groups) {
            MigrationPlan plan = migration.await(
                    group, allowed, Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime())), waiting(group));
            MigrationReport report = plan.isAllowed() && !dryRun
                    ? migration.execute(plan)
                    : new MigrationReport(plan, 0, plan.refusals());
            isDone &= report.isDone();
            all.add(report);
            if (!json) {
                output.text(report, dryRun).forEach(out::println);
            }
        }
        if (json) {
            out.println(MigrationOutput.json(all, dryRun));
        }
        return isDone ? ExitCode.OK : ExitCode.NOT_MOVED;
    }

    /** Prints the reasons for waiting, and prints them again when they change. */
    private Consumer<MigrationPlan> waiting(String group) {
        PrintWriter err = spec.commandLine().getErr();
        return new Consumer<>() {
            private Optional<List<String>> printed = Optional.empty();

            @Override
            public void accept(MigrationPlan plan) {
                if (!printed.equals(Optional.of(plan.refusals()))) {
                    printed = Optional.of(plan.refusals());
                    err.println("group " + group + ": waiting: " + String.join("; ", plan.refusals()));
                }
            }
        };
    }

    private Predicate<String> matching(String option, String regex) {
        if (regex.isEmpty()) {
            return ignored -> true;
        }
        try {
            return Pattern.compile(regex).asMatchPredicate();
        } catch (PatternSyntaxException e) {
            throw misused(option + " " + regex + " is not a valid regular expression: " + e.getDescription());
        }
    }

    private ParameterException misused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
