package io.replicator.positions;

import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Runs;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.SavedRuns;
import io.replicator.offsets.SourceSeen;
import io.replicator.offsets.Translator;
import io.replicator.offsets.Writer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** A copied partition of which everything is known. */
public final class KnownCopy {
    public static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    public static final TopicPartition COPY = new TopicPartition("east.orders", 0);
    public static final Uuid SOURCE_ID = new Uuid(1, 1);
    public static final Uuid TARGET_ID = new Uuid(2, 2);

    /** Source 0..9 at target 3..12, source 20..29 at 15..24; the copy ends at source offset 35. */
    public static final Translator TRANSLATOR = translator(0, 35, 25, 0, 3, 10, 20, 15, 10);

    private KnownCopy() {}

    /**
     * @param runs source offset, target offset, length of each
     */
    public static Translator translator(long start, long position, long targetEnd, long... runs) {
        return new SavedProgress(
                        new PartitionPair(ORDERS, SOURCE_ID, COPY.topic(), TARGET_ID),
                        new Writer(0, 1, (short) 0),
                        start,
                        0,
                        position,
                        targetEnd,
                        SavedRuns.of(Runs.of(runs)),
                        "",
                        SourceSeen.NOTHING)
                .translator();
    }
}
