/**
 * The HTTP side: status, health and metrics, read from snapshots on Jetty's own few threads. Nothing here changes the
 * engine, and no answer holds a secret.
 */
package io.replicator.daemon.admin;
