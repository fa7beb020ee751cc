package io.replicator.cluster;

/**
 * A member of a group.
 *
 * @param clientId the name that the client gives itself
 * @param host that it connects from
 * @param memberId given by the group's coordinator
 */
public record GroupMember(String clientId, String host, String memberId) {
    @Override
    public String toString() {
        return clientId + " at " + host + " (" + memberId + ")";
    }
}
