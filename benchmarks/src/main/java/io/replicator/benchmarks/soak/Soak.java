package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.soak.Stage.Layout;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command. It exits with 0 when no scenario lost, duplicated or reordered a record. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Kills, freezes and disconnects instances and brokers under load, and counts lost and duplicate records.")
public final class Soak implements Callable<Integer> {
    private static final long SEEDS = 1_000_000_000L;

    @Option(
            names = "--scenario",
            split = ",",
            paramLabel = "NAME",
            description =
                    "separated by commas: kills, sources, zombies, zombies-848, rolling, rolling-848, target, source, network;"
                            + " default: all")
    private List<Scenario> scenarios = Scenario.ALL;

    @Option(
            names = "--strikes",
            paramLabel = "N",
            description = "how often the trouble of each scenario strikes; default: ${DEFAULT-VALUE}")
    private int strikes = 20;

    @Option(names = "--seed", paramLabel = "N", description = "of the random numbers; default: a new one each time")
    private long seed = ThreadLocalRandom.current().nextLong(SEEDS);

    @Option(names = "--setting", paramLabel = "KEY=VALUE", description = "a setting of the daemon; may be repeated")
    private List<String> settings = List.of();

    @Option(
            names = "--distribution",
            paramLabel = "DIR",
            description = "the directory of the daemon's distribution; default: ${DEFAULT-VALUE}")
    private Path distribution = Path.of("replicator-daemon/target/replicator");

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "for the brokers' logs; default: the system's temporary directory")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--logs", paramLabel = "DIR", description = "for the daemons' logs; default: ${DEFAULT-VALUE}")
    private Path logs = Path.of("benchmarks/target/soak");

    private final PrintStream out = System.out;

    /** Starts the command. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Soak());
        line.registerConverter(Scenario.class, Soak::scenario);
        System.exit(line.execute(arguments));
    }

    private static Scenario scenario(String label) {
        try {
            return Scenario.of(label);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    @Override
    public Integer call() throws IOException {
        out.printf("seed %d%n", seed);
        List<Verdict> verdicts = new ArrayList<>();
        for (Layout layout : Layout.values()) {
            List<Scenario> wanted = scenarios.stream()
                    .filter(scenario -> scenario.layout() == layout)
                    .toList();
            if (!wanted.isEmpty()) {
                play(layout, wanted, verdicts);
            }
        }
        return verdicts.stream().allMatch(Verdict::isClean) ? 0 : 1;
    }

    private void play(Layout layout, List<Scenario> wanted, List<Verdict> verdicts) throws IOException {
        try (Stage stage = Stage.start(layout, Files.createDirectories(directory))) {
            for (Scenario scenario : wanted) {
                out.printf("%s: %s%n", scenario.label(), scenario.title());
                Path own = logs.toAbsolutePath().resolve(scenario.label() + "-" + seed);
                Verdict verdict = Run.play(
                        scenario, stage, distribution.toAbsolutePath().normalize(), own, strikes, seed, settings);
                out.println(verdict.story());
                verdicts.add(verdict);
            }
        }
    }
}
