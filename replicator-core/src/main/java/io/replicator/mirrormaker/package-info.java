/**
 * MirrorMaker 2's records, byte by byte as connect-mirror writes them, for the programs that read them: offset syncs,
 * checkpoints, heartbeats. In comes what the flow has saved of its copies and what became of consumer groups; out go records
 * in MirrorMaker 2's topics on both clusters. All of it on the thread that keeps the groups' positions, never in the data's
 * way: where a right is missing or a cluster does not answer, it is said once, tried again, and nothing else waits for it.
 * Also reads what MirrorMaker 2 left behind, for a flow that goes on where it stopped.
 */
package io.replicator.mirrormaker;
