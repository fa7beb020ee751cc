/**
 * The commands. Each reads its options, calls the package that does the work, and turns the result into an exit code. Results
 * go to stdout, everything else goes to stderr.
 */
package io.replicator.daemon.cli;
