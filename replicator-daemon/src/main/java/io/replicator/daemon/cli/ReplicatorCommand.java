package io.replicator.daemon.cli;

import io.replicator.daemon.settings.BadSettingsException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program as a whole: lists the commands, and turns their failures into a message and an exit code. */
@Command(
        name = "replicator",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            StatusCommand.class,
            VerifyCommand.class,
            TranslateCommand.class,
            MigrateGroupCommand.class,
            ForgetCommand.class,
            ImportMirrorMakerCommand.class,
            DemoCommand.class
        },
        description = "Copies Apache Kafka topics from one cluster to another: fast, exactly once, with exact offsets.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {
            " 0:success",
            "64:wrong usage",
            "69:a cluster or a daemon does not answer",
            "70:internal error",
            "77:a permission is missing",
            "78:wrong configuration"
        },
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {
            "  replicator check -c replicator.conf    what would be copied, what is wrong",
            "  replicator run -c replicator.conf      copies until it is stopped",
            "  replicator status                      lag and state of a running daemon",
            "  replicator verify -c replicator.conf   compares the clusters, record by record",
            "",
            "'replicator COMMAND --help' describes a command. Results go to stdout, logs go",
            "to stderr."
        })
public final class ReplicatorCommand implements Callable<Integer> {
    static final String EXIT_CODES = "%nExit codes:%n";
    static final String EXAMPLES = "%nExamples:%n";

    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Prints the stack trace of an internal error.")
    private boolean debug;

    /**
     * Runs one command.
     *
     * @return the process's exit code
     */
    public static int execute(String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        return new CommandLine(new ReplicatorCommand())
                .setUsageHelpAutoWidth(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(ReplicatorCommand::misused)
                .setExecutionExceptionHandler(ReplicatorCommand::failed);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int misused(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("replicator: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (e instanceof BadSettingsException refusal) {
            refusal.lines().forEach(err::println);
            err.println(refusal.closingLine());
            return ExitCode.CONFIGURATION;
        }
        if (e instanceof CommandException known) {
            err.println("replicator: " + known.getMessage());
            return known.exitCode();
        }
        err.println("replicator: internal error: " + e + "; --debug prints the stack trace");
        ReplicatorCommand root = command.getCommandSpec().root().commandLine().getCommand();
        if (root.debug) {
            e.printStackTrace(err);
        }
        err.flush();
        return ExitCode.INTERNAL;
    }
}
