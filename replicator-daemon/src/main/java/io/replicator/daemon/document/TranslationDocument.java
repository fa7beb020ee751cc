package io.replicator.daemon.document;

import io.replicator.positions.Answer;

/**
 * A translated position: {@code /api/flows/{flow}/translate} and {@code replicator translate --json}. The names say in which
 * direction the position was translated. An unknown offset is null, and so is the reason of an exact answer.
 */
public sealed interface TranslationDocument {
    /**
     * From the source to the target.
     *
     * @param targetTopic null when the topic is not copied
     * @param targetOffset null when there is no answer
     * @param reason why there is no exact answer
     * @param topic the source topic that was asked for
     * @param offset the source offset that was asked for
     */
    record ToTarget(
            String targetTopic,
            Long targetOffset,
            boolean exact,
            String reason,
            String topic,
            int partition,
            Long offset)
            implements TranslationDocument {}

    /**
     * From the target to the source.
     *
     * @param sourceTopic null when the topic is not copied
     * @param sourceOffset null when there is no answer
     * @param reason why there is no exact answer
     * @param topic the target topic that was asked for
     * @param offset the target offset that was asked for
     */
    record ToSource(
            String sourceTopic,
            Long sourceOffset,
            boolean exact,
            String reason,
            String topic,
            int partition,
            Long offset)
            implements TranslationDocument {}

    /**
     * The document of an answer.
     *
     * @param isReverse whether the answer is from the target to the source
     */
    static TranslationDocument of(Answer answer, boolean isReverse) {
        String translatedTopic = Unknown.asNull(answer.to().topic());
        Long translatedOffset = Unknown.asNull(answer.translated());
        String reason = answer.isExact() ? null : answer.reason();
        String topic = answer.from().topic();
        int partition = answer.from().partition();
        Long offset = Unknown.asNull(answer.offset());
        return isReverse
                ? new ToSource(translatedTopic, translatedOffset, answer.isExact(), reason, topic, partition, offset)
                : new ToTarget(translatedTopic, translatedOffset, answer.isExact(), reason, topic, partition, offset);
    }
}
