package io.replicator.flow;

import io.replicator.delivery.Grant;
import io.replicator.delivery.GroupEvents;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What lanes have to say of partition groups, until the control thread reads it. Put in by the producers' threads. */
final class GroupMail implements GroupEvents {
    private final Runnable wake;
    private final Queue<Grant> grants = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> fenced = new ConcurrentLinkedQueue<>();

    /**
     * @param wake the control thread
     */
    GroupMail(Runnable wake) {
        this.wake = wake;
    }

    @Override
    public void granted(Grant grant) {
        grants.add(grant);
        wake.run();
    }

    @Override
    public void fenced(int partitionGroup) {
        fenced.add(partitionGroup);
        wake.run();
    }

    /** A group's grant that waits to be put on record; {@code null} when there is none. */
    Grant nextGrant() {
        return grants.poll();
    }

    /** A group that another owner took; {@code null} when there is none. */
    Integer nextFenced() {
        return fenced.poll();
    }
}
