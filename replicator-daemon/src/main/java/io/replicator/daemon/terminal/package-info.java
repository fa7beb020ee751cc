/**
 * What a person sees: status as lines of text, and a view of it that is redrawn in place. Rendering is a function from
 * a snapshot to lines; one class alone knows the terminal.
 */
package io.replicator.daemon.terminal;
