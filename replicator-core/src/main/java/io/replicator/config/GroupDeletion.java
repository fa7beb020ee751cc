package io.replicator.config;

/** What becomes of a group on the target that was deleted on the source. */
public enum GroupDeletion {
    /** It stays as it is. */
    LEAVE,
    /** It is deleted, if the flow had kept its positions and it has no members there. */
    DELETE
}
