package io.replicator.flow;

import io.replicator.delivery.Grant;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.Progress;
import io.replicator.offsets.ShardOwner;
import io.replicator.offsets.Writer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Keeps on record which producer ids wrote each shard, so that whoever looks at the target's log later can tell
 * this flow's batches from others'. Used in calls of the offset log's queue; keeps nothing.
 */
final class ShardOwners {
    private final String instance;

    ShardOwners(String instance) {
        this.instance = instance;
    }

    /**
     * Puts grants on record. From the time of a grant on, nobody else can be given an identity of the shard without
     * fencing this one; so what the log says after it is complete.
     *
     * @return the new owners, by shard
     */
    Map<Integer, ShardOwner> record(OffsetLog log, Collection<Grant> grants) throws InterruptedException {
        if (grants.isEmpty()) {
            return Map.of();
        }
        log.refresh();
        Map<Integer, ShardOwner> owners = new HashMap<>();
        for (Grant grant : grants) {
            owners.put(grant.shard(), next(log, grant.shard(), grant.producerId(), grant.epoch()));
        }
        log.saveOwners(owners.values());
        return Map.copyOf(owners);
    }

    /** The same for identities that are not granted to the shard, but anonymous: before their progress is saved. */
    void recordWriters(OffsetLog log, Collection<Progress> progress) throws InterruptedException {
        Map<Integer, ShardOwner> owners = new HashMap<>();
        for (Progress each : progress) {
            Writer writer = each.writer();
            ShardOwner known = log.owners().get(writer.shard());
            if (writer.producerId() >= 0 && (known == null || known.producerId() != writer.producerId())) {
                owners.put(writer.shard(), next(log, writer.shard(), writer.producerId(), writer.producerEpoch()));
            }
        }
        if (!owners.isEmpty()) {
            log.saveOwners(owners.values());
            log.refresh();
        }
    }

    /** Puts on record that shards have begun: what appears in them from now on is copied from its first record. */
    void recordBegun(OffsetLog log, Set<Integer> shards) throws InterruptedException {
        log.saveOwners(shards.stream()
                .filter(shard -> !log.owners().containsKey(shard))
                .map(shard -> ShardOwner.begun(shard, instance))
                .toList());
    }

    private ShardOwner next(OffsetLog log, int shard, long producerId, short epoch) {
        ShardOwner known = log.owners().get(shard);
        return known == null
                ? ShardOwner.first(shard, instance, producerId, epoch)
                : known.next(instance, producerId, epoch);
    }
}
