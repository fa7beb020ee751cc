package io.replicator.config;

/**
 * How the batches that the target gets are made of the source's. Anything but {@link #AUTO} is for finding out and for
 * tests: it forces one way wherever the protocol allows that way, and usually costs speed.
 */
public enum Shaping {
    /** What waits decides. */
    AUTO,
    /** Each batch goes as it is; but one that cannot, because of holes for example, is rebuilt. Nothing is merged. */
    PASS,
    /** Whatever waits is merged with its neighbours, however large; a batch alone passes. */
    COALESCE,
    /** Each batch is decoded and rebuilt. */
    REBUILD
}
