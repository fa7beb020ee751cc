package io.replicator.flow;

import io.replicator.delivery.Grant;
import io.replicator.offsets.GroupOwner;
import io.replicator.offsets.OffsetLog;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Keeps on record which producer ids wrote each partition group, so that whoever looks at the target's log later can tell
 * this flow's batches from others'. Control thread.
 */
final class GroupOwners {
    private final String instance;
    private final Map<Integer, GroupOwner> owners;

    GroupOwners(String instance, Map<Integer, GroupOwner> saved) {
        this.instance = instance;
        this.owners = new HashMap<>(saved);
    }

    /**
     * Puts a grant on record, durably: from now on whoever owns the group knows that its producer id is one of ours.
     *
     * @return all producer ids that ever wrote for the group
     * @throws io.replicator.offsets.OffsetLogException when it may not be durable
     */
    Set<Long> register(Grant grant, OffsetLog log) throws InterruptedException {
        GroupOwner known = owners.get(grant.partitionGroup());
        if (!isOnRecord(known, grant)) {
            GroupOwner owner = known == null
                    ? GroupOwner.first(grant.partitionGroup(), instance, grant.producerId(), grant.epoch())
                    : known.next(instance, grant.producerId(), grant.epoch());
            log.save(owner);
            owners.put(grant.partitionGroup(), owner);
        }
        GroupOwner owner = owners.get(grant.partitionGroup());
        Set<Long> all = new HashSet<>(owner.formerProducerIds());
        all.add(owner.producerId());
        return all;
    }

    private boolean isOnRecord(GroupOwner known, Grant grant) {
        return known != null
                && known.instance().equals(instance)
                && known.producerId() == grant.producerId()
                && known.producerEpoch() == grant.epoch();
    }
}
