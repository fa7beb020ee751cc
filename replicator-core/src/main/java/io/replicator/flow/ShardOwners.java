package io.replicator.flow;

import io.replicator.delivery.Grant;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.Progress;
import io.replicator.offsets.ShardOwner;
import io.replicator.offsets.Writer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps on record which producer ids wrote each shard, so that whoever looks at the target's log later can tell
 * this flow's batches from others'. Control thread.
 */
final class ShardOwners {
    private final String instance;
    private final OffsetLog log;

    ShardOwners(String instance, OffsetLog log) {
        this.instance = instance;
        this.log = log;
    }

    /**
     * Puts grants on record. From the time of a grant on, nobody else can be given an identity of the shard without
     * fencing this one; so what the log says after it is complete.
     *
     * @return the new owners, by shard
     */
    Map<Integer, ShardOwner> record(Collection<Grant> grants) throws InterruptedException {
        log.refresh();
        Map<Integer, ShardOwner> owners = new HashMap<>();
        for (Grant grant : grants) {
            owners.put(grant.shard(), next(grant.shard(), grant.producerId(), grant.epoch()));
        }
        log.saveOwners(owners.values());
        return owners;
    }

    /** The same for identities that are not granted to the shard, but anonymous: before their progress is saved. */
    void recordWriters(Collection<Progress> progress) throws InterruptedException {
        Map<Integer, ShardOwner> owners = new HashMap<>();
        for (Progress each : progress) {
            Writer writer = each.writer();
            ShardOwner known = log.owners().get(writer.shard());
            if (writer.producerId() >= 0 && (known == null || known.producerId() != writer.producerId())) {
                owners.put(writer.shard(), next(writer.shard(), writer.producerId(), writer.producerEpoch()));
            }
        }
        if (!owners.isEmpty()) {
            log.saveOwners(owners.values());
            log.refresh();
        }
    }

    private ShardOwner next(int shard, long producerId, short epoch) {
        ShardOwner known = log.owners().get(shard);
        return known == null
                ? ShardOwner.first(shard, instance, producerId, epoch)
                : known.next(instance, producerId, epoch);
    }
}
