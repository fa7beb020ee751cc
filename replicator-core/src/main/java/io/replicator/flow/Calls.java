package io.replicator.flow;

/**
 * The queues of one flow. What must not wait for one another stands in different ones.
 *
 * @param log every read and save of the offset log, which belongs to this queue
 * @param clusters topics, log ends, transactions, other flows' claims
 * @param ownership questions to the group coordinator
 * @param positions of consumer groups, and MirrorMaker 2's records
 * @param lanes the closing of lanes that died
 */
record Calls(CallQueue log, CallQueue clusters, CallQueue ownership, CallQueue positions, CallQueue lanes) {}
