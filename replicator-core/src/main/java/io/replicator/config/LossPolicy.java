package io.replicator.config;

/** What a partition does when its source lost records, or is another topic than it was. */
public enum LossPolicy {
    /** It stops and says what is missing; an operator decides. */
    STOP,
    /** It says and counts what is missing, and goes on with what there is. */
    CONTINUE
}
