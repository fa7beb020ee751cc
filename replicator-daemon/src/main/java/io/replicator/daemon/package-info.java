/**
 * The process around the engine: reads the file, starts {@link io.replicator.Replicator}, shows what it does over HTTP,
 * JMX and on the terminal, and stops it in good order. Nothing here stands in the data's way: it reads snapshots.
 */
package io.replicator.daemon;
