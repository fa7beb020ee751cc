/**
 * Compatibility with MirrorMaker 2, in two directions. Export: offset syncs, checkpoints and heartbeats, byte by byte as
 * connect-mirror writes them, for the programs that read them. Comes in: what the flow saved about its copies, and the
 * positions of consumer groups; goes out: records in MirrorMaker 2's topics on both clusters. This runs in the turns of
 * {@link io.replicator.positions.GroupSync}. What cannot be written is logged once and tried again, and nothing waits for it.
 * Take-over: {@link io.replicator.mirrormaker.TakeOver} finds where MirrorMaker 2 stopped, for a flow that continues there.
 */
package io.replicator.mirrormaker;
