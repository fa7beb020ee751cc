package io.replicator.produce;

import io.replicator.wire.ProducedBatch;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;

/**
 * A window's batch in one produce request.
 *
 * @param window whose batch it is
 * @param batch not changed before the answer
 */
record SentBatch(PartitionWindow window, HeldBatch batch) implements ProducedBatch {
    @Override
    public String targetTopic() {
        return window.partition().targetTopic();
    }

    @Override
    public Uuid targetTopicId() {
        return window.partition().targetTopicId();
    }

    @Override
    public int partition() {
        return window.partition().number();
    }

    @Override
    public ByteBuffer bytes() {
        return batch.bytes();
    }
}
