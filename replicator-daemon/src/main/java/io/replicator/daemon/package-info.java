/**
 * The process around the engine: reads the configuration, starts {@link io.replicator.Replicator}, shows its state over HTTP,
 * JMX and on the terminal, and stops it cleanly. It reads snapshots of the engine, and never delays the data.
 */
package io.replicator.daemon;
