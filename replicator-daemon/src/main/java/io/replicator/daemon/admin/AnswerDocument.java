package io.replicator.daemon.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.replicator.positions.Answer;

/** A translated position as JSON. Names and their order are a promise. */
public final class AnswerDocument {
    private AnswerDocument() {}

    /**
     * {@code {"targetTopic":…,"targetOffset":…,"exact":…,"reason":…,"topic":…,"partition":…,"offset":…}}; with
     * {@code sourceTopic} and {@code sourceOffset} where the target was asked. An offset that nobody can say is null, and
     * so is the reason of an exact one.
     *
     * @param isReverse whether it was asked for from the target to the source
     */
    public static ObjectNode of(Answer answer, boolean isReverse) {
        String side = isReverse ? "source" : "target";
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put(
                side + "Topic",
                answer.to().topic().isEmpty() ? null : answer.to().topic());
        document.put(side + "Offset", answer.translated() < 0 ? null : answer.translated());
        document.put("exact", answer.isExact());
        document.put("reason", answer.isExact() ? null : answer.reason());
        document.put("topic", answer.from().topic());
        document.put("partition", answer.from().partition());
        document.put("offset", answer.offset() < 0 ? null : answer.offset());
        return document;
    }
}
