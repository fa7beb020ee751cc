package io.replicator.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** The consumer groups of a cluster that is in memory, with failures that a test sets. */
public final class GroupsInMemory implements ConsumerGroups {
    private final Map<String, GroupListing> listed = new TreeMap<>();
    private final Map<String, Map<TopicPartition, CommittedPosition>> positions = new TreeMap<>();
    private final Map<String, UnavailableException> failures = new HashMap<>();
    private int writes;

    public void add(String group, boolean isActive) {
        listed.put(group, new GroupListing(group, GroupListing.Kind.CONSUMER, "consumer", isActive));
    }

    public void add(GroupListing group) {
        listed.put(group.name(), group);
    }

    public void remove(String group) {
        listed.remove(group);
        positions.remove(group);
    }

    /** The list leaves the group out, although it exists. */
    public void hide(String group) {
        listed.remove(group);
    }

    public void commit(String group, TopicPartition partition, long offset, String metadata) {
        listed.putIfAbsent(group, new GroupListing(group, GroupListing.Kind.CONSUMER, "consumer", false));
        positions
                .computeIfAbsent(group, added -> new HashMap<>())
                .put(partition, new CommittedPosition(offset, metadata));
    }

    /** Each question about the group, and each write, fails from now on. */
    public void fail(String group, UnavailableException failure) {
        failures.put(group, failure);
    }

    public void mend() {
        failures.clear();
    }

    /** How many positions were written. */
    public int writes() {
        return writes;
    }

    @Override
    public Map<String, GroupListing> list() {
        return Map.copyOf(listed);
    }

    @Override
    public Optional<Boolean> seesAll() {
        return Optional.of(true);
    }

    @Override
    public Answers<String, Map<TopicPartition, CommittedPosition>> positions(Collection<String> groups) {
        Map<String, Map<TopicPartition, CommittedPosition>> found = new HashMap<>();
        Map<String, UnavailableException> failed = new HashMap<>();
        for (String group : groups) {
            if (failures.containsKey(group)) {
                failed.put(group, failures.get(group));
            } else {
                found.put(group, Map.copyOf(positions.getOrDefault(group, Map.of())));
            }
        }
        return new Answers<>(found, failed);
    }

    @Override
    public Map<TopicPartition, Optional<CommittedPosition>> stablePositions(
            String group, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Optional<CommittedPosition>> stable = new HashMap<>();
        partitions.forEach(partition -> stable.put(
                partition,
                Optional.ofNullable(positions.getOrDefault(group, Map.of()).get(partition))));
        return stable;
    }

    @Override
    public List<GroupMember> members(GroupListing group) {
        return group.isActive() ? List.of(new GroupMember("client", "host", "member")) : List.of();
    }

    @Override
    public Map<String, Map<TopicPartition, UnavailableException>> write(
            Map<String, Map<TopicPartition, CommittedPosition>> written) {
        Map<String, Map<TopicPartition, UnavailableException>> failed = new HashMap<>();
        written.forEach((group, ofGroup) -> ofGroup.forEach((partition, position) -> {
            if (failures.containsKey(group)) {
                failed.computeIfAbsent(group, added -> new HashMap<>()).put(partition, failures.get(group));
            } else {
                commit(group, partition, position.offset(), position.metadata());
                writes++;
            }
        }));
        return failed;
    }

    @Override
    public Answers<String, Boolean> exist(Collection<String> groups) {
        Map<String, Boolean> found = new HashMap<>();
        Map<String, UnavailableException> failed = new HashMap<>();
        for (String group : groups) {
            if (failures.containsKey(group)) {
                failed.put(group, failures.get(group));
            } else {
                found.put(group, listed.containsKey(group) || positions.containsKey(group));
            }
        }
        return new Answers<>(found, failed);
    }

    @Override
    public void delete(String group) {
        UnavailableException failure = failures.get(group);
        if (failure != null) {
            throw failure;
        }
        remove(group);
    }
}
