package io.replicator.config;

/** What becomes of a group on the target that was deleted on the source. */
public enum GroupDeletion {
    /** It stays as it is. */
    LEAVE,
    /** It is deleted, if it has no members there and no other positions than those that the flow wrote. */
    DELETE
}
