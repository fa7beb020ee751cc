package io.replicator.daemon.cli;

import io.replicator.config.FlowConfig;
import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.positions.GroupMigration;
import io.replicator.positions.MigrationOptions;
import io.replicator.positions.MigrationPlan;
import io.replicator.positions.MigrationReport;
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
            "Moves consumer groups to the target, exactly, and says which record each reads next.",
            "Checks that they are stopped on the source and that the copy has passed their positions, writes these on the"
                    + " target, and reads them back. Doing it again changes nothing. A running daemon is not needed, and is not in"
                    + " the way."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  replicator migrate-group -c replicator.conf --group billing --dry-run",
            "  replicator migrate-group -c replicator.conf --group billing --wait 10m",
            "  replicator migrate-group -c replicator.conf --pattern 'app-.*' --topic orders",
            "",
            "A group of which something stands in the way is not touched, the others are moved.",
            "Exit codes: 0 every group was moved, or could be (--dry-run), 1 one was refused or failed (the reasons are said),",
            "64 usage, 69 a cluster does not answer, 77 a right is missing, 78 bad configuration, or there is no such group."
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
                    "All groups on the source, of --pattern if that is given, that have a position in such a topic.")
    private String topic = "";

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            arity = "0..1",
            fallbackValue = "365d",
            converter = DurationConverter.class,
            description =
                    "Waits until the groups are stopped and the copy has passed them, such as 90s or 10m; without a time"
                            + " as long as it takes.")
    private Duration wait = Duration.ZERO;

    @Option(names = "--dry-run", description = "Only says what would be done.")
    private boolean dryRun;

    @Option(
            names = "--accept-inexact",
            description = "Also moves positions that are not known exactly, or lie before what was copied.")
    private boolean acceptInexact;

    @Option(names = "--leave-out", description = "Leaves behind the positions in topics that the flow does not copy.")
    private boolean leaveOut;

    @Option(names = "--force", description = "Overwrites positions on the target that are further on.")
    private boolean force;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws BadSettingsException, CommandException, InterruptedException {
        if (names.isEmpty() == (pattern.isEmpty() && topic.isEmpty())) {
            throw misused("--group, or --pattern, --topic or both must be given");
        }
        Predicate<String> ofName = matching("--pattern", pattern);
        Predicate<String> ofTopic = matching("--topic", topic);
        FlowConfig flow = flowOption.choose(options.read().replicator().flows(), spec);
        return CommandException.orSaid(() -> {
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
        return isDone ? ExitCode.OK : ExitCode.CANNOT_SAY;
    }

    /** Says what is waited for, and again when that changes. */
    private Consumer<MigrationPlan> waiting(String group) {
        PrintWriter err = spec.commandLine().getErr();
        return new Consumer<>() {
            private Optional<List<String>> told = Optional.empty();

            @Override
            public void accept(MigrationPlan plan) {
                if (!told.equals(Optional.of(plan.refusals()))) {
                    told = Optional.of(plan.refusals());
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
            throw misused(option + " " + regex + " is no regular expression: " + e.getDescription());
        }
    }

    private ParameterException misused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
