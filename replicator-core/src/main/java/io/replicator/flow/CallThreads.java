package io.replicator.flow;

import io.replicator.agent.Mailbox;
import java.util.List;
import java.util.stream.Stream;

/** The threads that make a flow's calls, one for each queue. */
final class CallThreads {
    /** Calls are interrupted, and then have only to return. */
    private static final long CLOSE_MILLIS = 2_000;

    private final CallThread log;
    private final CallThread clusters;
    private final CallThread ownership;
    private final CallThread positions;
    private final CallThread lanes;

    /**
     * @param flow its name
     * @param answers where outcomes go
     */
    CallThreads(String flow, Mailbox<TimedMail> answers) {
        String prefix = "replicator-" + flow + "-";
        this.log = new CallThread(prefix + "offset-log", answers);
        this.clusters = new CallThread(prefix + "clusters", answers);
        this.ownership = new CallThread(prefix + "confirmation", answers);
        this.positions = new CallThread(prefix + "positions", answers);
        this.lanes = new CallThread(prefix + "lane-ends", answers);
    }

    Calls calls() {
        return new Calls(log, clusters, ownership, positions, lanes);
    }

    /** The call about groups' positions that is being made has made progress. */
    void positionsProgressed() {
        positions.progressed();
    }

    /** Those that have made one call for longer than this. */
    List<String> stuck(long patienceNanos) {
        return all().filter(thread -> thread.nanosInCall() > patienceNanos)
                .map(CallThread::name)
                .toList();
    }

    /**
     * Ends all threads; they make no call any more.
     *
     * @return whether all have ended, so that what they used can be closed
     */
    boolean close() throws InterruptedException {
        boolean haveEnded = true;
        all().forEach(CallThread::stop);
        for (CallThread thread : all().toList()) {
            haveEnded &= thread.awaitEnd(CLOSE_MILLIS);
        }
        return haveEnded;
    }

    private Stream<CallThread> all() {
        return Stream.of(log, clusters, ownership, positions, lanes);
    }
}
