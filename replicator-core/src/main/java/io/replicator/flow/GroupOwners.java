package io.replicator.flow;

import io.replicator.offsets.GroupOwner;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.Progress;
import io.replicator.offsets.Writer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    /** Saves the owners that wrote under an identity that is not on record yet. */
    void record(List<Progress> progress, OffsetLog log) throws InterruptedException {
        for (Progress each : progress) {
            Writer writer = each.writer();
            GroupOwner known = owners.get(writer.partitionGroup());
            if (writer.producerId() >= 0 && !isOnRecord(known, writer)) {
                GroupOwner owner = known == null
                        ? GroupOwner.first(
                                writer.partitionGroup(), instance, writer.producerId(), writer.producerEpoch())
                        : known.next(instance, writer.producerId(), writer.producerEpoch());
                log.save(owner);
                owners.put(owner.partitionGroup(), owner);
            }
        }
    }

    private boolean isOnRecord(GroupOwner known, Writer writer) {
        return known != null
                && known.instance().equals(instance)
                && known.producerId() == writer.producerId()
                && known.producerEpoch() == writer.producerEpoch();
    }
}
