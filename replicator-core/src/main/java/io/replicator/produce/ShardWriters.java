package io.replicator.produce;

import io.replicator.delivery.Grant;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.wire.ClusterView;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The writers of the lane's shards, by shard. Producer's thread. */
final class ShardWriters {
    /**
     * With a producer, brokers forget who was fenced. A process that did not run for so long that others may have taken over
     * writes no more under what it was granted before.
     */
    private static final long FROZEN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Optional<String> transactionalIds;
    private final WindowSchedule schedule;
    private final FencedWriter.Shared shared;
    private final Map<Integer, ShardWriter> writers = new HashMap<>();
    private long polledNanos;

    /**
     * @param transactionalIds prefix of the shards' transactional ids; empty for anonymous identities
     * @param shared what the writers need
     */
    ShardWriters(Optional<String> transactionalIds, WindowSchedule schedule, FencedWriter.Shared shared) {
        this.transactionalIds = transactionalIds;
        this.schedule = schedule;
        this.shared = shared;
    }

    /** The writer of a shard, which is made when it is first needed. */
    ShardWriter of(int shard) {
        ShardWriter writer = writers.get(shard);
        if (writer == null) {
            writer = make(shard);
            writers.put(shard, writer);
        }
        return writer;
    }

    private ShardWriter make(int shard) {
        ClusterView target = shared.target();
        ProducerIdentity identity =
                new ProducerIdentity(shard, transactionalIds.map(prefix -> prefix + shard), target, shared.random());
        ShardWindows windows = new ShardWindows(shared.windows(), schedule, identity);
        return transactionalIds.isPresent()
                ? new FencedWriter(shared, identity, windows)
                : new AnonymousWriter(target.connection().clusterName(), identity, windows);
    }

    /** What is in transactions is committed as soon as nothing is on its way. */
    void hurry() {
        writers.values().forEach(ShardWriter::hurry);
    }

    /** The same for one shard. */
    void hurry(int shard) {
        ShardWriter writer = writers.get(shard);
        if (writer != null) {
            writer.hurry();
        }
    }

    /** Nothing is written for the window any more. */
    void removed(PartitionWindow window) {
        ShardWriter writer = writers.get(window.partition().shard());
        if (writer != null && writer.identity() == window.identity()) {
            writer.removed(window);
        }
        shared.recoveries().end(window);
    }

    /** A grant is on record; one that was replaced meanwhile means nothing any more. */
    void registered(Grant grant, Set<Long> producerIds) {
        ShardWriter writer = writers.get(grant.shard());
        if (writer != null) {
            writer.registered(grant, producerIds);
        }
    }

    /** A later window of the shard begins with a new identity. */
    void forget(int shard) {
        ShardWriter writer = writers.remove(shard);
        if (writer != null) {
            writer.forget();
        }
    }

    /** How long the thread may wait for brokers. */
    long waitNanos(long mostNanos, long nowNanos) {
        long waitNanos = mostNanos;
        for (ShardWriter writer : writers.values()) {
            waitNanos = writer.waitNanos(waitNanos, nowNanos);
        }
        return waitNanos;
    }

    /** Asks for what is missing and tells the windows what has come. */
    int poll(long nowNanos) {
        if (polledNanos != 0 && nowNanos - polledNanos > FROZEN_NANOS) {
            writers.values().forEach(ShardWriter::wakeUp);
        }
        polledNanos = nowNanos;
        shared.recoveries()
                .drainUnfenced(
                        recovery -> of(recovery.window().partition().shard()).fence(recovery));
        int work = 0;
        for (ShardWriter writer : writers.values()) {
            work += writer.poll(nowNanos);
        }
        return work;
    }
}
