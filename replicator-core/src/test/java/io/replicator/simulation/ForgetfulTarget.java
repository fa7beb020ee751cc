package io.replicator.simulation;

import java.util.List;
import java.util.SplittableRandom;

/** The target's brokers forget producers and transactional ids, by their age or by that of what they wrote. */
final class ForgetfulTarget {
    /** After so long brokers look for producers that they may forget. */
    private static final long LOOK_MILLIS = 4_000;

    private final FlowWorld world;
    private final List<Life> lives;
    private final ShardCoordinator coordinator;
    private final SplittableRandom random;

    ForgetfulTarget(FlowWorld world, List<Life> lives, ShardCoordinator coordinator, SplittableRandom random) {
        this.world = world;
        this.lives = lives;
        this.coordinator = coordinator;
        this.random = random;
    }

    /** What has not been used for days: nobody is frozen for so long, and nothing is on its way. */
    void forgetOfOld(int shard) {
        boolean isAlone = isAlone();
        // A batch that waits to be sent again is on its way, too.
        boolean mayBeOnItsWay = isAlone
                && !lives.stream().allMatch(life -> life.copies(shard).stream().allMatch(CopiedPartition::isDone));
        if (!isAlone || isBusy() || mayBeOnItsWay) {
            return;
        }
        if (random.nextInt(3) == 0) {
            world.target.transactions().expire(SimulatedInstance.TRANSACTIONAL_IDS + shard);
        }
        for (FlowWorld.FlowPartition partition : world.partitions) {
            TargetReader reader = world.reader(partition.name());
            if (partition.shard() == shard && reader != null && random.nextBoolean()) {
                SimulatedPartition to = reader.target;
                world.trace.say("target", to, "forgets its producers");
                to.producerIds().forEach(to::expire);
            }
        }
    }

    /** They forget for the age of a producer's last record, be it ever so lately that it was written. */
    void forgetOldRecords(int shard) {
        if (!world.isOfOld || !isAlone()) {
            return;
        }
        for (FlowWorld.FlowPartition partition : world.partitions) {
            TargetReader reader = world.reader(partition.name());
            if (reader == null) {
                continue;
            }
            SimulatedPartition to = reader.target;
            boolean isTime =
                    (to.isUnheard && !isBusy()) || world.time.elapsedMillis() - to.appendedMillis > LOOK_MILLIS;
            if (partition.shard() == shard && isTime) {
                world.trace.say("target", to, "forgets producers of old records");
                to.expireOld();
            }
        }
    }

    private boolean isBusy() {
        return world.target.hasPosthumousRequests() || lives.stream().anyMatch(Life::isBusy);
    }

    /** Whether one instance has all, and nobody is there any more, nor a request, that was fenced. */
    private boolean isAlone() {
        return lives.size() == 1
                && lives.get(0).hasLane()
                && lives.get(0).ownership.held().size() == world.shards
                && !coordinator.isHandingOver()
                && !world.target.hasPosthumousRequests();
    }
}
