package io.replicator.positions;

/**
 * Somebody who is in a group now.
 *
 * @param clientId as the client calls itself
 * @param host where it connects from
 * @param memberId as the group's coordinator calls it
 */
public record GroupMember(String clientId, String host, String memberId) {
    @Override
    public String toString() {
        return clientId + " at " + host + " (" + memberId + ")";
    }
}
