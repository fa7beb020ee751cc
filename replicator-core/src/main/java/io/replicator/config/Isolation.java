package io.replicator.config;

/** Which of the source's records are copied; the consumer's {@code isolation.level} (KIP-98). */
public enum Isolation {
    /** Only records of committed transactions, and those outside of transactions. */
    READ_COMMITTED,
    /** Every record, those of open and aborted transactions included. */
    READ_UNCOMMITTED
}
