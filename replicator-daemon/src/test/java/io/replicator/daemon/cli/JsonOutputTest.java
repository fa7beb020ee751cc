package io.replicator.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.GroupMember;
import io.replicator.offsets.Translation;
import io.replicator.operations.FirstRecord;
import io.replicator.operations.MigrationPlan;
import io.replicator.operations.MigrationReport;
import io.replicator.operations.PlannedPosition;
import io.replicator.positions.Answer;
import io.replicator.verify.Difference;
import io.replicator.verify.VerificationReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The JSON that commands print. Programs read it: its names, their order and its nulls are a promise. */
final class JsonOutputTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 3);

    @Test
    void shouldPrintTranslatedPositions() {
        List<Answer> answers = List.of(
                new Answer(ORDERS, 7, new TopicPartition("east.orders", 3), new Translation.Exact(9)),
                new Answer(ORDERS, -1, new TopicPartition("", 3), new Translation.Unknown("why \"not\"")));

        assertThat(new AnswerOutput(answers, false).json()).isEqualTo("""
                [ {
                  "targetTopic" : "east.orders",
                  "targetOffset" : 9,
                  "exact" : true,
                  "reason" : null,
                  "topic" : "orders",
                  "partition" : 3,
                  "offset" : 7
                }, {
                  "targetTopic" : null,
                  "targetOffset" : null,
                  "exact" : false,
                  "reason" : "why \\"not\\"",
                  "topic" : "orders",
                  "partition" : 3,
                  "offset" : null
                } ]""");
        assertThat(new AnswerOutput(answers, true).json())
                .contains("\"sourceTopic\" : \"east.orders\"", "\"sourceOffset\" : null")
                .doesNotContain("target");
    }

    @Test
    void shouldPrintWhatMovingGroupsDid() {
        MigrationPlan moved = new MigrationPlan(
                "billing",
                "east.billing",
                List.of(
                        new PlannedPosition(
                                "orders",
                                0,
                                "east.orders",
                                70,
                                "",
                                Optional.of(new FirstRecord(71, 1_000, "k", 1, 20)),
                                65,
                                Optional.of(new FirstRecord(66, 1_000, "", -1, -1)),
                                -1,
                                true,
                                0,
                                "",
                                "a note"),
                        new PlannedPosition(
                                "other", 1, "", 5, "", Optional.empty(), -1, Optional.empty(), 4, false, 12, "no", "")),
                List.of(new GroupMember("worker", "/127.0.0.1", "worker-1")),
                List.of(),
                List.of(),
                true);

        String json = MigrationOutput.json(List.of(new MigrationReport(moved, 2, List.of())), false);

        assertThat(json).isEqualTo("""
                [ {
                  "group" : "billing",
                  "targetGroup" : "east.billing",
                  "allowed" : true,
                  "dryRun" : false,
                  "moved" : true,
                  "written" : 2,
                  "reasons" : [ ],
                  "sourceMembers" : [ {
                    "clientId" : "worker",
                    "host" : "/127.0.0.1",
                    "memberId" : "worker-1"
                  } ],
                  "targetMembers" : [ ],
                  "positions" : [ {
                    "topic" : "orders",
                    "partition" : 0,
                    "sourceOffset" : 70,
                    "sourceRecord" : {
                      "offset" : 71,
                      "timestamp" : "1970-01-01T00:00:01Z",
                      "key" : "k",
                      "keyBytes" : 1,
                      "valueBytes" : 20
                    },
                    "targetTopic" : "east.orders",
                    "targetOffset" : 65,
                    "targetRecord" : {
                      "offset" : 66,
                      "timestamp" : "1970-01-01T00:00:01Z",
                      "key" : null,
                      "keyBytes" : null,
                      "valueBytes" : null
                    },
                    "exact" : true,
                    "targetOffsetBefore" : null,
                    "toCopy" : 0,
                    "refusal" : null,
                    "note" : "a note"
                  }, {
                    "topic" : "other",
                    "partition" : 1,
                    "sourceOffset" : 5,
                    "sourceRecord" : null,
                    "targetTopic" : null,
                    "targetOffset" : null,
                    "targetRecord" : null,
                    "exact" : false,
                    "targetOffsetBefore" : 4,
                    "toCopy" : 12,
                    "refusal" : "no",
                    "note" : null
                  } ]
                } ]""");
        assertThat(MigrationOutput.json(List.of(new MigrationReport(moved, 0, List.of("one", "two"))), true))
                .contains("\"dryRun\" : true", "\"moved\" : false", "\"reasons\" : [ \"one\", \"two\" ]");
        assertThat(MigrationOutput.json(List.of(), true)).isEqualTo("[ ]");
    }

    @Test
    void shouldPrintAVerificationAsItGoesOn() {
        StringWriter text = new StringWriter();

        try (VerificationOutput output = VerificationOutput.to(new PrintWriter(text), true)) {
            output.begin("x");
            output.difference(new Difference("orders", 3, 7, "east.orders", -1, "missing"));
            output.difference(new Difference("orders", 3, 8, "east.orders", 9, "key"));
            output.end(new VerificationReport(4, 1_000, 20_000, 2, List.of("a note")));
            output.begin("y");
        }

        assertThat(text.toString().strip())
                .isEqualTo("{\"flows\":[{\"flow\":\"x\",\"differences\":["
                        + "{\"topic\":\"orders\",\"partition\":3,\"sourceOffset\":7,\"targetTopic\":\"east.orders\","
                        + "\"targetOffset\":-1,\"what\":\"missing\"},"
                        + "{\"topic\":\"orders\",\"partition\":3,\"sourceOffset\":8,\"targetTopic\":\"east.orders\","
                        + "\"targetOffset\":9,\"what\":\"key\"}],"
                        + "\"equal\":false,\"partitions\":4,\"comparedRecords\":1000,\"comparedBytes\":20000,"
                        + "\"differenceCount\":2,\"notes\":[\"a note\"]},"
                        + "{\"flow\":\"y\",\"differences\":[]}]}");
    }
}
