/**
 * Translates MirrorMaker 2's configuration file into the daemon's. In comes the text of a properties file; out comes the text
 * of a HOCON file, in which every property is accounted for. Nothing here talks to a cluster.
 */
package io.replicator.daemon.mirrormaker;
