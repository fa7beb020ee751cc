package io.replicator.flow;

import io.replicator.delivery.Grant;
import io.replicator.offsets.GroupOwner;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.Progress;
import io.replicator.offsets.Writer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps on record which producer ids wrote each partition group, so that whoever looks at the target's log later can tell
 * this flow's batches from others'. Control thread.
 */
final class GroupOwners {
    private final String instance;
    private final OffsetLog log;

    GroupOwners(String instance, OffsetLog log) {
        this.instance = instance;
        this.log = log;
    }

    /**
     * Puts grants on record. From the time of a grant on, nobody else can be given an identity of the group without
     * fencing this one; so what the log says after it is complete.
     *
     * @return the new owners, by group
     */
    Map<Integer, GroupOwner> record(Collection<Grant> grants) throws InterruptedException {
        log.refresh();
        Map<Integer, GroupOwner> owners = new HashMap<>();
        for (Grant grant : grants) {
            owners.put(grant.partitionGroup(), next(grant.partitionGroup(), grant.producerId(), grant.epoch()));
        }
        log.saveOwners(owners.values());
        return owners;
    }

    /** The same for identities that are not granted to the group, but anonymous: before their progress is saved. */
    void recordWriters(Collection<Progress> progress) throws InterruptedException {
        Map<Integer, GroupOwner> owners = new HashMap<>();
        for (Progress each : progress) {
            Writer writer = each.writer();
            GroupOwner known = log.owners().get(writer.partitionGroup());
            if (writer.producerId() >= 0 && (known == null || known.producerId() != writer.producerId())) {
                owners.put(
                        writer.partitionGroup(),
                        next(writer.partitionGroup(), writer.producerId(), writer.producerEpoch()));
            }
        }
        if (!owners.isEmpty()) {
            log.saveOwners(owners.values());
            log.refresh();
        }
    }

    private GroupOwner next(int group, long producerId, short epoch) {
        GroupOwner known = log.owners().get(group);
        return known == null
                ? GroupOwner.first(group, instance, producerId, epoch)
                : known.next(instance, producerId, epoch);
    }
}
