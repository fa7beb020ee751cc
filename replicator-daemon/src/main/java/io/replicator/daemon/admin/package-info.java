/**
 * The admin HTTP server: status, health and metrics, read from snapshots of the engine on Jetty's own few threads. Nothing here
 * changes the engine, and no answer contains a secret.
 */
package io.replicator.daemon.admin;
