package io.replicator.wire;

/** Why a topic has no description. */
public enum TopicError {
    NONE,
    NOT_ASKED_YET,
    MISSING,
    NOT_AUTHORIZED,
    OTHER
}
