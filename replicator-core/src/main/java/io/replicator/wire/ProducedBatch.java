package io.replicator.wire;

import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;

/** One batch on its way to one target partition, as a {@link ProduceCall} needs to know it. */
public interface ProducedBatch {
    String targetTopic();

    /** The topic's id, zero where the cluster has none. */
    Uuid targetTopicId();

    int partition();

    /** The whole batch, from position 0 to the limit; not changed while the call is under way. */
    ByteBuffer bytes();
}
