/**
 * Translates the configuration file of MirrorMaker 2. The input is the text of a properties file. The output is the text of a
 * HOCON file for the daemon, with comments that list every property. It connects to no cluster.
 */
package io.replicator.daemon.mirrormaker;
