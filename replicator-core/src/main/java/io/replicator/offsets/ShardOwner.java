package io.replicator.offsets;

import io.replicator.Require;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Who owns a shard, saved after the fence and before the first write: the next owner then knows which of the
 * target's batches were written by this flow.
 *
 * @param shard the shard
 * @param instance its owner's name
 * @param producerId that the owner writes with, -1 when it has written nothing yet
 * @param producerEpoch that the owner writes with, -1 likewise
 * @param formerProducerIds that the shard was written with earlier, the latest last
 */
public record ShardOwner(
        int shard, String instance, long producerId, short producerEpoch, List<Long> formerProducerIds) {
    /** A producer id changes after 32,767 owners, or when its transactional id expired: these are years. */
    private static final int FORMER_PRODUCER_IDS = 64;

    public ShardOwner {
        formerProducerIds = List.copyOf(formerProducerIds);
        Require.that(shard >= 0, "shard", shard, "must not be negative");
    }

    /** The shard's first owner, which has not been granted a producer id yet: its partitions have begun. */
    public static ShardOwner begun(int shard, String instance) {
        return new ShardOwner(shard, instance, -1, (short) -1, List.of());
    }

    /** The shard's first owner. */
    public static ShardOwner first(int shard, String instance, long producerId, short producerEpoch) {
        return new ShardOwner(shard, instance, producerId, producerEpoch, List.of());
    }

    /** The shard's next owner, which may be the same instance with a new identity. */
    public ShardOwner next(String nextInstance, long nextProducerId, short nextProducerEpoch) {
        List<Long> former = new ArrayList<>(formerProducerIds);
        if (nextProducerId != producerId && producerId >= 0) {
            former.remove(producerId);
            former.add(producerId);
        }
        former.remove(nextProducerId);
        int dropped = Math.max(0, former.size() - FORMER_PRODUCER_IDS);
        return new ShardOwner(
                shard, nextInstance, nextProducerId, nextProducerEpoch, former.subList(dropped, former.size()));
    }

    /** Every producer id that the shard was ever written with. */
    public Set<Long> producerIds() {
        Set<Long> all = new HashSet<>(formerProducerIds);
        if (producerId >= 0) {
            all.add(producerId);
        }
        return all;
    }

    /** The later an owner wrote with a producer id the higher, -1 of one that is not on record. */
    int rank(long otherProducerId) {
        return otherProducerId >= 0 && otherProducerId == producerId
                ? formerProducerIds.size()
                : formerProducerIds.indexOf(otherProducerId);
    }

    /** Whether this one had been fenced when the other was put on record. */
    boolean isFencedBy(ShardOwner other) {
        if (producerId == other.producerId) {
            return producerEpoch < other.producerEpoch;
        }
        boolean isFormer =
                other.formerProducerIds.contains(producerId) && !formerProducerIds.contains(other.producerId);
        return producerId < 0 || isFormer;
    }

    /** Whether batches with that producer id were written by the shard, by its owner or an earlier one. */
    public boolean wrote(long otherProducerId) {
        return otherProducerId == producerId || formerProducerIds.contains(otherProducerId);
    }
}
