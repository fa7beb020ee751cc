package io.replicator.positions;

import io.replicator.offsets.Translator;
import java.util.Optional;

/** What is known of the copy of one source partition, before any position in it is translated. */
public sealed interface CopiedTopicState {
    /** Translates positions between the two topics; empty when the flow has saved nothing about the partition. */
    Optional<Translator> known();

    /**
     * Both topics exist, and the flow has saved where their records are.
     *
     * @param translator translates positions between them
     * @param isSelected whether the flow still copies the topic
     */
    record Copied(Translator translator, boolean isSelected) implements CopiedTopicState {
        @Override
        public Optional<Translator> known() {
            return Optional.of(translator);
        }
    }

    /**
     * The flow has saved nothing about the partition.
     *
     * @param isSelected whether the flow copies the topic, and so will save something soon
     */
    record NotCopied(boolean isSelected) implements CopiedTopicState {
        @Override
        public Optional<Translator> known() {
            return Optional.empty();
        }
    }

    /**
     * One of the topics was deleted or recreated: the saved offsets no longer apply.
     *
     * @param reason for a person
     */
    record Gone(Translator translator, String reason) implements CopiedTopicState {
        @Override
        public Optional<Translator> known() {
            return Optional.of(translator);
        }
    }

    /**
     * This user may not see one of the topics.
     *
     * @param reason for a person
     */
    record Hidden(Translator translator, String reason) implements CopiedTopicState {
        @Override
        public Optional<Translator> known() {
            return Optional.of(translator);
        }
    }
}
