package io.replicator.flow;

/** Lets the instance that owns shard 0 keep the consumer groups' positions. Control thread. */
final class GroupPositions implements ControlTask {
    private final Keeper keeper;
    private final OwnedShards shards;
    private boolean isOwner;

    /** Keeps the positions. */
    interface Keeper {
        /** Whether this instance looks after the groups from now on. Returns at once. */
        void own(boolean isOwner);
    }

    GroupPositions(Keeper keeper, OwnedShards shards) {
        this.keeper = keeper;
        this.shards = shards;
    }

    @Override
    public String name() {
        return "group positions";
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return shards.ownsControl() == isOwner ? Long.MAX_VALUE : 0;
    }

    @Override
    public int turn(long nowNanos) {
        isOwner = shards.ownsControl();
        keeper.own(isOwner);
        return 1;
    }
}
