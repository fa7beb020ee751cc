/**
 * Text for people: tables, short numbers, and a view of the flows that is redrawn in place. Rendering is a function from a
 * snapshot to lines; only {@code Screen} knows the terminal.
 */
package io.replicator.daemon.terminal;
