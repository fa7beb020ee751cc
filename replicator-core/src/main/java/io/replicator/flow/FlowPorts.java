package io.replicator.flow;

import io.replicator.cluster.LogEnds;
import io.replicator.mirrormaker.TakeOver;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.SavedState;

/**
 * Everything that a flow's control plane asks of the world, opened step by step. What may wait for a cluster is made in calls;
 * nothing of it is closed by the control plane.
 */
interface FlowPorts {
    /** The offset log; used by calls of the log's queue alone. */
    OffsetLog log();

    /** Connects to both clusters; in a call of the clusters' queue, again when it failed. */
    Reached reach() throws InterruptedException;

    /** Both clusters, connected. */
    interface Reached {
        /** Makes sure that the topics are there which the flow keeps for itself; in a call of the log's queue. */
        void ensureTopics(OffsetLog log) throws InterruptedException;

        /** Whether the log's topic is still the one that it was; in a call of the log's queue. */
        boolean isSameTopic(OffsetLog log) throws InterruptedException;

        /** Makes ready what it takes to join; does not block. */
        void prepareToJoin();

        /**
         * Joins, once it is sure that the progress is this flow's, and puts on record whose it is; in a call of the log's
         * queue.
         */
        void join(SavedState saved, OffsetLog log) throws InterruptedException;

        /** What the flow works with; does not block. */
        Work work();
    }

    /**
     * What a flow works with.
     *
     * @param lanes makes lanes
     * @param topics plans; by calls
     * @param claims what other flows say; by calls
     * @param takeOver from MirrorMaker 2; by calls
     * @param source where partitions of the source begin and end; by calls
     * @param target the same of the target; by calls
     * @param transactions on the source; by calls
     * @param logCheck looks at the offset log's topic; by calls
     * @param confirmation asks the group coordinator; by calls
     * @param groups keeps consumer groups' positions
     */
    record Work(
            LaneFactory lanes,
            Planning.Topics topics,
            ClaimReader claims,
            TakeOver takeOver,
            LogEnds source,
            LogEnds target,
            TransactionHolders transactions,
            OffsetLogWatch.Check logCheck,
            FencedShards.Confirmation confirmation,
            GroupPositions.Keeper groups) {}
}
