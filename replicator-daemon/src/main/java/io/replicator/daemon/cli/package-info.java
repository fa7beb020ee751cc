/**
 * The commands. Each reads its options, calls what does the work and turns the outcome into an exit code; results go to
 * stdout, everything else to stderr.
 */
package io.replicator.daemon.cli;
