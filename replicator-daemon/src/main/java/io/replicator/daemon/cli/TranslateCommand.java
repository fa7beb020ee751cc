package io.replicator.daemon.cli;

import io.replicator.config.FlowConfig;
import io.replicator.daemon.settings.BadSettingsException;
import io.replicator.positions.Answer;
import io.replicator.positions.PositionQuery;
import io.replicator.positions.PositionQuery.Direction;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code replicator translate}. */
@Command(
        name = "translate",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = {
            "Says where positions of the source stand on the target: of an offset, a time, or a consumer group.",
            "Reads what the flow has saved, so it needs no running daemon. Changes nothing."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  replicator translate -c replicator.conf --topic orders --partition 3 --offset 1200",
            "  replicator translate -c replicator.conf --topic orders --time 2026-11-21T08:00:00Z",
            "  replicator translate -c replicator.conf --group billing --csv > billing.csv",
            "  kafka-consumer-groups --bootstrap-server west:9092 --group billing --reset-offsets \\",
            "      --from-file billing.csv --execute",
            "  replicator translate -c replicator.conf --group billing --reverse     the way back",
            "",
            "Exit codes: 0 every answer is exact, 1 one is not (the reason is said), 64 usage, 69 a cluster does not answer,",
            "77 a right is missing, 78 bad configuration, or nothing is known of the topic or the group."
        })
final class TranslateCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Mixin
    private FlowOption flowOption = new FlowOption();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "A topic, by its name where the position is.")
    private String topic = "";

    @Option(names = "--partition", paramLabel = "P", description = "Its number. With --time: default all.")
    private int partition = -1;

    @Option(names = "--offset", paramLabel = "N", description = "The offset of the next record to be read.")
    private Long offset;

    @Option(
            names = "--time",
            paramLabel = "TIME",
            description = "The first record at or after this time, such as 2026-11-21T08:00:00Z.")
    private String time = "";

    @Option(names = "--group", paramLabel = "GROUP", description = "All that a consumer group has committed.")
    private String group = "";

    @Option(names = "--reverse", description = "The other way: from the target to the source.")
    private boolean reverse;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(
            names = "--csv",
            description = "Prints topic,partition,offset of what can be said, as kafka-consumer-groups --reset-offsets"
                    + " --from-file takes it.")
    private boolean csv;

    @Override
    public Integer call() throws BadSettingsException, CommandException, InterruptedException {
        requireOneQuestion();
        FlowConfig flow = flowOption.choose(options.read().replicator().flows(), spec);
        Direction direction = reverse ? Direction.TO_SOURCE : Direction.TO_TARGET;
        List<Answer> answers = CommandException.orSaid(() -> {
            try (PositionQuery query = PositionQuery.open(flow, direction, TIMEOUT)) {
                return ask(query);
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        AnswerOutput output = new AnswerOutput(answers, reverse);
        if (json) {
            out.println(output.json());
        } else if (csv) {
            output.csv().forEach(out::println);
            output.leftOut().forEach(line -> err.println("replicator: " + line));
        } else {
            output.table().forEach(out::println);
        }
        return answers.stream().allMatch(Answer::isExact) ? ExitCode.OK : ExitCode.CANNOT_SAY;
    }

    private List<Answer> ask(PositionQuery query) throws InterruptedException {
        if (!group.isEmpty()) {
            return query.ofGroup(group);
        }
        if (!time.isEmpty()) {
            return query.ofTime(topic, partition, instant());
        }
        return List.of(query.ofOffset(new TopicPartition(topic, partition), offset));
    }

    private void requireOneQuestion() {
        if (json && csv) {
            throw misused("--json and --csv exclude each other");
        }
        boolean isOffset = offset != null;
        boolean isTime = !time.isEmpty();
        boolean isGroup = !group.isEmpty();
        if ((isOffset ? 1 : 0) + (isTime ? 1 : 0) + (isGroup ? 1 : 0) != 1) {
            throw misused("one of --offset, --time and --group must be given");
        }
        if (isGroup && (!topic.isEmpty() || partition >= 0)) {
            throw misused("--group takes all of the group's topics: leave out --topic and --partition");
        }
        if (!isGroup && topic.isEmpty()) {
            throw misused("--topic is missing");
        }
        if (isOffset && partition < 0) {
            throw misused("--partition is missing");
        }
        if (isOffset && offset < 0) {
            throw misused("--offset must not be negative");
        }
    }

    private Instant instant() {
        try {
            return OffsetDateTime.parse(time).toInstant();
        } catch (DateTimeException e) {
            throw misused("--time " + time + " is not a time such as 2026-11-21T08:00:00Z");
        }
    }

    private ParameterException misused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
