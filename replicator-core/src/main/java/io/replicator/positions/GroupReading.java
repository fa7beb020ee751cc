package io.replicator.positions;

import io.replicator.cluster.Answers;
import io.replicator.cluster.CommittedPosition;
import io.replicator.cluster.ConsumerGroups;
import io.replicator.cluster.GroupListing;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupsConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Reads the groups that a flow selects and their positions from the source. One thread: that of the round. */
final class GroupReading {
    private final FlowConfig flow;
    private final GroupsConfig config;
    private final ConsumerGroups source;
    private final Map<String, FollowedGroup> groups;
    private Map<String, GroupListing> listed = Map.of();

    /**
     * @param groups all groups that are followed; those that the source lists are added
     */
    GroupReading(FlowConfig flow, ConsumerGroups source, Map<String, FollowedGroup> groups) {
        this.flow = flow;
        this.config = flow.positions().groups();
        this.source = source;
        this.groups = groups;
    }

    /** Lists the source's groups; returns those that the flow selects, and takes note of those that it misses. */
    List<FollowedGroup> list() throws InterruptedException {
        listed = source.list();
        List<FollowedGroup> present = new ArrayList<>();
        for (String name : listed.keySet()) {
            if (config.selects(name)) {
                FollowedGroup group = groups.computeIfAbsent(
                        name,
                        added -> new FollowedGroup(
                                added, config.targetName(added, flow.source().name())));
                group.list();
                present.add(group);
            }
        }
        groups.values().stream()
                .filter(group -> !listed.containsKey(group.name()))
                .forEach(FollowedGroup::miss);
        return present;
    }

    /** Why the source lists no group that the flow selects, for a person; empty where there is nothing to do about it. */
    String whyNone() throws InterruptedException {
        return source.seesAll().orElse(true)
                ? ""
                : "cluster " + flow.source().name()
                        + " lists no group that groups.select matches; if there are such groups, grant DESCRIBE on"
                        + " them, or on the cluster";
    }

    /** Reads the positions of groups that the source lists. */
    void read(List<FollowedGroup> present, long nowNanos) throws InterruptedException {
        List<FollowedGroup> asked = new ArrayList<>();
        for (FollowedGroup group : present) {
            if (listed.get(group.name()).kind() == GroupListing.Kind.SHARE) {
                group.report(
                        PositionState.UNSUPPORTED,
                        "a share group has no positions: its records are acknowledged one by one");
            } else if (group.retry().isDue(nowNanos)) {
                asked.add(group);
            }
        }
        for (int from = 0; from < asked.size(); from += ConsumerGroups.BATCH) {
            readBatch(asked.subList(from, Math.min(asked.size(), from + ConsumerGroups.BATCH)), nowNanos);
        }
    }

    private void readBatch(List<FollowedGroup> batch, long nowNanos) throws InterruptedException {
        Answers<String, Map<TopicPartition, CommittedPosition>> answers =
                source.positions(batch.stream().map(FollowedGroup::name).toList());
        for (FollowedGroup group : batch) {
            UnavailableException failure = answers.failed().get(group.name());
            if (failure == null) {
                take(group, answers.found().getOrDefault(group.name(), Map.of()));
            } else {
                group.fail(failure.getMessage());
                group.retry().failed(nowNanos);
            }
        }
    }

    private void take(FollowedGroup group, Map<TopicPartition, CommittedPosition> committed) {
        group.moveTo(committed);
        GroupListing listing = listed.get(group.name());
        if (!listing.isOfConsumers() && committed.isEmpty()) {
            group.report(
                    PositionState.UNSUPPORTED,
                    "a group of the protocol " + listing.protocol()
                            + " keeps no positions in Kafka: there is nothing to move");
        }
    }
}
