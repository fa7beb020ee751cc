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
            "Translates positions on the source to positions on the target: of an offset, a time, or a consumer group.",
            "Reads the saved progress of the flow; the daemon need not run. Changes nothing."
        },
        exitCodeListHeading = ReplicatorCommand.EXIT_CODES,
        exitCodeList = {
            " 0:every answer is exact",
            " 1:an answer is not exact; the reason is printed",
            "64:wrong usage",
            "69:a cluster does not answer",
            "77:a permission is missing",
            "78:wrong configuration, or the topic or the group is not known"
        },
        footerHeading = ReplicatorCommand.EXAMPLES,
        footer = {
            "  replicator translate -c replicator.conf --topic orders --partition 3 \\",
            "      --offset 1200",
            "  replicator translate -c replicator.conf --topic orders \\",
            "      --time 2026-11-21T08:00:00Z",
            "  replicator translate -c replicator.conf --group billing --reverse",
            "",
            "Move a group with Kafka's own tool:",
            "  replicator translate -c replicator.conf --group billing --csv > billing.csv",
            "  kafka-consumer-groups --bootstrap-server west:9092 --group billing \\",
            "      --reset-offsets --from-file billing.csv --execute"
        })
final class TranslateCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Mixin
    private FlowOption flowOption = new FlowOption();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "The topic; with --reverse its name on the target.")
    private String topic = "";

    @Option(
            names = "--partition",
            paramLabel = "P",
            description = "The partition's number. Default with --time: all partitions.")
    private int partition = -1;

    @Option(names = "--offset", paramLabel = "N", description = "The offset of the next record to read.")
    private Long offset;

    @Option(
            names = "--time",
            paramLabel = "TIME",
            description = "The first record at or after this time, such as 2026-11-21T08:00:00Z.")
    private String time = "";

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            description = "All positions that this consumer group has committed.")
    private String group = "";

    @Option(names = "--reverse", description = "Translates from the target to the source.")
    private boolean reverse;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(
            names = "--csv",
            description = "Prints topic,partition,offset of each answer that has an offset: the format of"
                    + " kafka-consumer-groups --reset-offsets --from-file.")
    private boolean csv;

    @Override
    public Integer call() throws BadSettingsException, CommandException, InterruptedException {
        requireOneQuestion();
        FlowConfig flow = flowOption.choose(options.read().replicator().flows(), spec);
        Direction direction = reverse ? Direction.TO_SOURCE : Direction.TO_TARGET;
        List<Answer> answers = CommandException.run(() -> {
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
        return answers.stream().allMatch(Answer::isExact) ? ExitCode.OK : ExitCode.INEXACT;
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
            throw misused("--json and --csv cannot be used together");
        }
        boolean isOffset = offset != null;
        boolean isTime = !time.isEmpty();
        boolean isGroup = !group.isEmpty();
        if ((isOffset ? 1 : 0) + (isTime ? 1 : 0) + (isGroup ? 1 : 0) != 1) {
            throw misused("give one of --offset, --time and --group");
        }
        if (isGroup && (!topic.isEmpty() || partition >= 0)) {
            throw misused(
                    "--group translates all of the group's positions; --topic and --partition cannot be used with it");
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
