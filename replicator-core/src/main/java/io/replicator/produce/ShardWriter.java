package io.replicator.produce;

import io.replicator.delivery.Grant;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.produce.PartitionWindow.OpenTransaction;
import java.util.Set;

/** One shard's right to write: its identity, and what the shard's windows learn of it. Producer's thread. */
interface ShardWriter {
    ProducerIdentity identity();

    DeliveryMode mode();

    /** {@code null} where nothing is written in transactions. */
    OpenTransaction transaction();

    /** A new window of the shard. */
    void added(PartitionWindow window);

    /** Nothing is written for the window any more. */
    void removed(PartitionWindow window);

    /** A partition that could not be fenced may be fenced again. */
    void fence(PartitionRecovery recovery);

    /** A grant is on record; one that was replaced meanwhile means nothing any more. */
    void registered(Grant grant, Set<Long> producerIds);

    /** What is in a transaction is committed as soon as nothing is on its way. */
    void hurry();

    /** This process did not run for so long that others may have been granted the shard. */
    void wakeUp();

    /** The shard is dropped: a later window of it begins with a new writer. */
    void forget();

    /** How long the thread may wait for brokers. */
    long waitNanos(long mostNanos, long nowNanos);

    /** Asks for what is missing and tells the windows what has come. */
    int poll(long nowNanos);
}
