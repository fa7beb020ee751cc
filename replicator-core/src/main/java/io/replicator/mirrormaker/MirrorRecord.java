package io.replicator.mirrormaker;

/** A record of one of MirrorMaker 2's topics; of each key only the last one counts. */
sealed interface MirrorRecord permits OffsetSync, Checkpoint, Heartbeat {
    byte[] key();

    byte[] value();
}
