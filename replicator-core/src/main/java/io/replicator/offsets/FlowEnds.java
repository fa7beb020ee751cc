package io.replicator.offsets;

import java.util.Map;
import java.util.TreeMap;

/**
 * Between which clusters a flow copies, and how: kept with its progress, for the same name in another file may mean other
 * clusters, and offsets of one cluster mean nothing on another.
 *
 * @param sourceName the source's name in the configuration that wrote this
 * @param sourceId the source's cluster id, empty where its brokers have none
 * @param targetName the target's name in the configuration that wrote this
 * @param targetId the target's cluster id, empty where its brokers have none
 * @param shards into how many its partitions are divided, 0 where that is not on record
 * @param settings what else all instances of the flow should have alike, by its key in the configuration
 */
public record FlowEnds(
        String sourceName,
        String sourceId,
        String targetName,
        String targetId,
        int shards,
        Map<String, String> settings) {
    public FlowEnds {
        settings = Map.copyOf(settings);
    }

    /** The settings that differ from those of another, in words; empty when none does, or one side says nothing. */
    public String changesSince(FlowEnds former) {
        StringBuilder changes = new StringBuilder();
        new TreeMap<>(settings).forEach((key, value) -> {
            String before = former.settings.getOrDefault(key, value);
            if (!before.equals(value)) {
                changes.append(changes.isEmpty() ? "" : ", ")
                        .append(key)
                        .append(" was ")
                        .append(before)
                        .append(" and is ")
                        .append(value);
            }
        });
        return changes.toString();
    }

    /** Whether both are the same clusters, by whatever names. An id that is not known says nothing. */
    public boolean areThoseOf(FlowEnds other) {
        return isSame(sourceId, other.sourceId) && isSame(targetId, other.targetId);
    }

    private static boolean isSame(String id, String otherId) {
        return id.isEmpty() || otherId.isEmpty() || id.equals(otherId);
    }

    /** Both ends by name and id, for messages. */
    public String words() {
        return "from " + sourceName + " (cluster id " + sourceId + ") to " + targetName + " (cluster id " + targetId
                + ")";
    }
}
