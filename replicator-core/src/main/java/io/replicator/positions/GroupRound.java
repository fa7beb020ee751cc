package io.replicator.positions;

import io.replicator.agent.LogOncePerKey;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.ConsumerGroups;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the positions of all groups to the target, round by round. A round lists the groups of both clusters and reads all
 * positions from the source. It reads positions from the target only for groups that moved, and writes only what changed.
 * One thread at a time.
 */
final class GroupRound {
    private static final Logger LOG = LoggerFactory.getLogger(GroupRound.class);

    /** How often all groups are compared on the target, because consumers there may have moved them. */
    private static final long FULL_LOOK_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** How many groups are named in the log when many fail for the same reason. */
    private static final int MAX_LOGGED = 20;

    private final FlowConfig flow;
    private final Runnable alive;
    private final Map<String, FollowedGroup> groups = new TreeMap<>();
    private final GroupReading reading;
    private final GroupWriting writing;
    private final GroupDeletions deletions;
    private final LogOncePerKey<String> failures = new LogOncePerKey<>();
    private boolean isFirst = true;
    private long fullLookNanos;
    private String notice = "";

    /**
     * @param before what an earlier start of the flow wrote
     * @param alive called from time to time during a long round
     */
    GroupRound(
            FlowConfig flow, Cluster source, Cluster target, Map<WrittenBefore.Place, Written> before, Runnable alive) {
        this.flow = flow;
        this.alive = alive;
        this.reading = new GroupReading(flow, source.consumerGroups(), groups);
        this.writing = new GroupWriting(flow, target.consumerGroups(), CopiedTopics.of(flow, source, target), before);
        this.deletions = new GroupDeletions(flow, source.consumerGroups(), target.consumerGroups(), groups);
    }

    /**
     * One round.
     *
     * @param positions where records are on both sides; refreshed by the round
     * @throws UnavailableException when a cluster does not answer
     */
    void run(FlowPositions positions, RoundTime now) throws InterruptedException {
        boolean isWanted = flow.positions().groups().sync()
                || flow.positions().mirrorMaker().checkpoints();
        if (isWanted) {
            look(positions, now);
        } else {
            positions.refresh();
        }
    }

    private void look(FlowPositions positions, RoundTime now) throws InterruptedException {
        List<FollowedGroup> present = reading.list();
        boolean isFullLook = isFirst || now.nanos() - fullLookNanos >= 0;
        if (!present.isEmpty()) {
            notice = "";
        } else if (isFullLook) {
            notice = reading.whyNone();
        }
        if (!isFullLook) {
            reading.read(present, now.nanos());
            alive.run();
        }
        writing.list();
        List<FollowedGroup> due = present.stream()
                .filter(group -> group.retry().isDue(now.nanos()) && (isFullLook || isDue(group, now)))
                .toList();
        if (due.isEmpty()) {
            positions.refresh(); // The listener of the round needs them, too.
        }
        for (int from = 0; from < due.size(); from += ConsumerGroups.BATCH) {
            readAndWrite(due.subList(from, Math.min(due.size(), from + ConsumerGroups.BATCH)), positions, now);
            alive.run();
        }
        if (isFullLook) {
            fullLookNanos = now.nanos()
                    + Math.max(
                            FULL_LOOK_NANOS,
                            flow.positions().groups().interval().toNanos());
            isFirst = false;
        }
        deletions.follow(positions, now.nanos());
        logFailures();
    }

    private boolean isDue(FollowedGroup group, RoundTime now) {
        return group.hasPositions() && (group.isDue(now.nanos()) || group.isInUse() != writing.isInUse(group));
    }

    /** Reads positions from the source directly before they are written: what the groups commit in between is not seen. */
    private void readAndWrite(List<FollowedGroup> batch, FlowPositions positions, RoundTime now)
            throws InterruptedException {
        reading.read(batch, now.nanos());
        // After the groups were read: the copy is then known at least as far as it was at that time.
        positions.refresh();
        writing.write(
                batch.stream()
                        .filter(group -> group.hasPositions() && group.retry().isDue(now.nanos()))
                        .toList(),
                positions,
                now);
    }

    /** All positions, ordered by group, topic and partition. */
    List<GroupPosition> report() {
        List<GroupPosition> report = new ArrayList<>();
        groups.values().forEach(group -> report.addAll(group.report()));
        return report;
    }

    /** What needs attention although both clusters answered; empty when nothing does. */
    String notice() {
        return notice;
    }

    /** Logs once for each group why its positions cannot be kept. */
    private void logFailures() {
        Map<String, GroupPosition> failed = new TreeMap<>();
        groups.values().forEach(group -> group.failure().ifPresent(failure -> failed.put(group.name(), failure)));
        Map<String, String> reasons = new TreeMap<>();
        failed.forEach((group, failure) -> reasons.put(group, failure.reason()));
        List<String> news = failures.observe(reasons).news();
        news.stream()
                .limit(MAX_LOGGED)
                .map(failed::get)
                .forEach(failure -> LOG.warn(
                        "a group's position cannot be kept up to date on the target: {} flow={} group={} topic={} partition={}",
                        failure.reason(),
                        flow.name(),
                        failure.group(),
                        failure.topic(),
                        failure.partition()));
        if (news.size() > MAX_LOGGED) {
            LOG.warn(
                    "the positions of more groups cannot be kept up to date either flow={} groups={}",
                    flow.name(),
                    news.size() - MAX_LOGGED);
        }
    }
}
