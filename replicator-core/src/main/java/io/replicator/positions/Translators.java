package io.replicator.positions;

import io.replicator.offsets.Translator;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Translators by source partition. */
@FunctionalInterface
public interface Translators {
    /** Translates positions of a source partition; empty when the flow has saved nothing about it. */
    Optional<Translator> translator(TopicPartition source);
}
