package io.replicator.simulation;

import io.replicator.cluster.Answers;
import io.replicator.cluster.ClusterError;
import io.replicator.cluster.CommittedPosition;
import io.replicator.cluster.ConsumerGroups;
import io.replicator.cluster.GroupListing;
import io.replicator.cluster.GroupMember;
import io.replicator.cluster.UnavailableException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** The consumer groups of a simulated cluster. None has members while it is looked at. */
final class SimulatedGroups {
    private final String cluster;
    private final Faults faults;
    private final Map<String, Map<TopicPartition, CommittedPosition>> committed = new TreeMap<>();

    SimulatedGroups(String cluster, Faults faults) {
        this.cluster = cluster;
        this.faults = faults;
    }

    void commit(String group, TopicPartition partition, CommittedPosition position) {
        committed.computeIfAbsent(group, added -> new HashMap<>()).put(partition, position);
    }

    Optional<Long> offset(String group, TopicPartition partition) {
        return Optional.ofNullable(committed.getOrDefault(group, Map.of()).get(partition))
                .map(CommittedPosition::offset);
    }

    /** One client of the cluster's groups, in a process. */
    interface Client {
        /** It was told a group's positions. */
        void reads(String group, Map<TopicPartition, CommittedPosition> positions);

        /** It writes a position, which takes a while to arrive. */
        void writes(String group, TopicPartition partition, CommittedPosition position);
    }

    ConsumerGroups open(SimulatedProcess process, Client client) {
        return new Access(process, client);
    }

    private final class Access implements ConsumerGroups {
        private final SimulatedProcess process;
        private final Client client;

        Access(SimulatedProcess process, Client client) {
            this.process = process;
            this.client = client;
        }

        private void ask(String what) {
            process.step();
            if (faults.strike(15)) {
                throw unanswered(what);
            }
        }

        private UnavailableException unanswered(String what) {
            return new UnavailableException(
                    UnavailableException.Reason.UNREACHABLE,
                    ClusterError.OTHER,
                    "cluster " + cluster + " does not answer " + what);
        }

        @Override
        public Map<String, GroupListing> list() {
            ask("LIST of groups");
            return committed.keySet().stream()
                    .collect(Collectors.toMap(
                            group -> group,
                            group -> new GroupListing(group, GroupListing.Kind.CONSUMER, "consumer", false)));
        }

        @Override
        public Optional<Boolean> seesAll() {
            return Optional.of(true);
        }

        @Override
        public Answers<String, Map<TopicPartition, CommittedPosition>> positions(Collection<String> groups) {
            ask("OFFSET_FETCH");
            Map<String, Map<TopicPartition, CommittedPosition>> found = new HashMap<>();
            Map<String, UnavailableException> failed = new HashMap<>();
            for (String group : groups) {
                if (faults.strike(20)) {
                    failed.put(group, unanswered("OFFSET_FETCH of group " + group));
                } else {
                    found.put(group, Map.copyOf(committed.getOrDefault(group, Map.of())));
                    client.reads(group, found.get(group));
                }
            }
            return new Answers<>(found, failed);
        }

        @Override
        public Map<String, Map<TopicPartition, UnavailableException>> write(
                Map<String, Map<TopicPartition, CommittedPosition>> positions) {
            Map<String, Map<TopicPartition, UnavailableException>> failed = new TreeMap<>();
            new TreeMap<>(positions).forEach((group, ofGroup) -> {
                process.step();
                boolean isHeard = !faults.strike(10);
                if (isHeard || faults.pick(2) == 0) {
                    ofGroup.forEach((partition, position) -> client.writes(group, partition, position));
                }
                if (!isHeard) {
                    UnavailableException failure = unanswered("OFFSET_COMMIT of group " + group);
                    failed.put(
                            group,
                            ofGroup.keySet().stream().collect(Collectors.toMap(partition -> partition, p -> failure)));
                }
            });
            return failed;
        }

        @Override
        public Answers<String, Boolean> exist(Collection<String> groups) {
            ask("DESCRIBE of groups");
            return new Answers<>(
                    groups.stream().collect(Collectors.toMap(group -> group, committed::containsKey)), Map.of());
        }

        @Override
        public Map<TopicPartition, Optional<CommittedPosition>> stablePositions(
                String group, Collection<TopicPartition> partitions) {
            throw new AssertionError("a round does not ask for stable positions");
        }

        @Override
        public List<GroupMember> members(GroupListing group) {
            throw new AssertionError("a round does not ask for members");
        }

        @Override
        public void delete(String group) {
            throw new AssertionError("no group was deleted on the source");
        }
    }
}
