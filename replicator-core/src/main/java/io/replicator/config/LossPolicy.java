package io.replicator.config;

/** What a partition does when its source lost records, or is another topic than it was. */
public enum LossPolicy {
    /** It stops and says what is missing; an operator decides. */
    STOP,
    /** It logs and counts what is missing, and continues with what there is. */
    CONTINUE
}
