package io.replicator.offsets;

/**
 * Between which clusters a flow copies: kept with its progress, for the same name in another file may mean other clusters,
 * and offsets of one cluster mean nothing on another.
 *
 * @param sourceName the source's name in the configuration that wrote this
 * @param sourceId the source's cluster id, empty where its brokers have none
 * @param targetName the target's name in the configuration that wrote this
 * @param targetId the target's cluster id, empty where its brokers have none
 */
public record FlowEnds(String sourceName, String sourceId, String targetName, String targetId) {
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
