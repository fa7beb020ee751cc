/**
 * The command {@code check}: it reports before a flow runs what the flow would copy and what is wrong. It asks both clusters
 * and changes neither.
 */
package io.replicator.preflight;
