package io.replicator.config;

import io.replicator.Require;
import java.util.regex.Pattern;

/**
 * Replication of a set of topics from one cluster to another.
 *
 * @param name part of the names of the flow's internal topics and transactional ids
 * @param source where records are read
 * @param target where they are written
 * @param topics which ones
 * @param delivery how often a record may reach the target
 * @param isolation which of the source's records count
 * @param shards the number of fixed shares of the flow's partitions; must never change once the flow has run
 * @param maxBytesPerSecond bound of what is fetched from the source, {@link Long#MAX_VALUE} for none
 * @param shaping how batches are made for the target
 * @param sourceChanges what to do when the source is no longer what was copied
 * @param transaction when transactions are committed, where delivery is transactional
 * @param positions what is done about consumer groups' positions
 */
public record FlowConfig(
        String name,
        ClusterConfig source,
        ClusterConfig target,
        TopicsConfig topics,
        Delivery delivery,
        Isolation isolation,
        int shards,
        long maxBytesPerSecond,
        Shaping shaping,
        SourceChanges sourceChanges,
        TransactionBounds transaction,
        PositionsConfig positions) {
    /** What a topic's name may consist of, for the flow's name is part of some. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,100}");

    /** Each shard costs a transactional id and a partition of the ownership topic. */
    private static final int MAX_SHARDS = 1_000;

    public FlowConfig {
        Require.that(NAME.matcher(name).matches(), "flows", name, "must be 1 to 100 letters, digits, '.', '_' or '-'");
        Require.that(!source.name().equals(target.name()), name + ".target", target.name(), "must differ from source");
        Require.that(shards >= 1 && shards <= MAX_SHARDS, name + ".shards", shards, "must be 1 to " + MAX_SHARDS);
        Require.that(
                maxBytesPerSecond >= 1, name + ".throttle.bytes-per-second", maxBytesPerSecond, "must be at least 1");
    }

    /** A flow with the usual transactions, if any, that does the usual when the source changes and leaves consumer groups alone. */
    public FlowConfig(
            String name,
            ClusterConfig source,
            ClusterConfig target,
            TopicsConfig topics,
            Delivery delivery,
            Isolation isolation,
            int shards,
            long maxBytesPerSecond,
            Shaping shaping) {
        this(
                name,
                source,
                target,
                topics,
                delivery,
                isolation,
                shards,
                maxBytesPerSecond,
                shaping,
                SourceChanges.DEFAULT,
                TransactionBounds.DEFAULT,
                PositionsConfig.NONE);
    }

    /** A flow that shapes batches as it sees fit. */
    public FlowConfig(
            String name,
            ClusterConfig source,
            ClusterConfig target,
            TopicsConfig topics,
            Delivery delivery,
            Isolation isolation,
            int shards,
            long maxBytesPerSecond) {
        this(name, source, target, topics, delivery, isolation, shards, maxBytesPerSecond, Shaping.AUTO);
    }

    /** The same flow, that does this about positions. */
    public FlowConfig with(PositionsConfig newPositions) {
        return new FlowConfig(
                name,
                source,
                target,
                topics,
                delivery,
                isolation,
                shards,
                maxBytesPerSecond,
                shaping,
                sourceChanges,
                transaction,
                newPositions);
    }

    /** The flow's compacted topic on the target, which holds its progress. */
    public String offsetsTopic() {
        return "replicator." + name + ".offsets.internal";
    }

    /** The flow's topic on the target that its instances share: one partition for each shard, and no records. */
    public String ownershipTopic() {
        return "replicator." + name + ".ownership.internal";
    }

    /** The consumer group on the target whose members are the flow's instances. */
    public String ownershipGroup() {
        return "replicator-" + name;
    }

    /** The producer identity of one shard, which fences every earlier owner of it. */
    public String transactionalId(int shard) {
        return "replicator." + name + "." + shard;
    }
}
