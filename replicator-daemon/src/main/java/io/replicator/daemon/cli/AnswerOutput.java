package io.replicator.daemon.cli;

import io.replicator.daemon.document.Json;
import io.replicator.daemon.document.TranslationDocument;
import io.replicator.daemon.terminal.Table;
import io.replicator.positions.Answer;
import java.util.List;
import java.util.function.Predicate;

/** Translated positions as a table, as JSON, and as the CSV file that Kafka's own tool reads. */
final class AnswerOutput {
    private final List<Answer> answers;
    private final boolean reverse;

    /**
     * @param reverse whether they were translated from the target to the source
     */
    AnswerOutput(List<Answer> answers, boolean reverse) {
        this.answers = answers;
        this.reverse = reverse;
    }

    List<String> table() {
        String from = reverse ? "TARGET" : "SOURCE";
        String to = reverse ? "SOURCE" : "TARGET";
        Table table = new Table(from + " TOPIC", "PARTITION", "OFFSET", to + " TOPIC", "OFFSET", "EXACT");
        for (Answer answer : answers) {
            table.add(
                    answer.from().topic(),
                    answer.from().partition(),
                    answer.offset(),
                    answer.to().topic().isEmpty() ? "-" : answer.to().topic(),
                    answer.translated() < 0 ? "-" : answer.translated(),
                    answer.isExact() ? "yes" : "no: " + answer.reason());
        }
        return table.lines();
    }

    String json() {
        return Json.indented(answers.stream()
                .map(answer -> TranslationDocument.of(answer, reverse))
                .toList());
    }

    /** {@code topic,partition,offset} of each answer that has an offset. */
    List<String> csv() {
        return answers.stream()
                .filter(AnswerOutput::hasOffset)
                .map(answer -> answer.to().topic() + "," + answer.to().partition() + "," + answer.translated())
                .toList();
    }

    /** The positions that are not exact or not in the file, with the reasons. */
    List<String> leftOut() {
        return answers.stream()
                .filter(Predicate.not(Answer::isExact))
                .map(answer ->
                        answer.from() + (hasOffset(answer) ? " is not exact: " : " is left out: ") + answer.reason())
                .toList();
    }

    private static boolean hasOffset(Answer answer) {
        return answer.translated() >= 0;
    }
}
