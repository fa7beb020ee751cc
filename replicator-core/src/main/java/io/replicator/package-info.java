/**
 * The engine's front door: give {@link io.replicator.Replicator} a checked configuration, and it runs until it is
 * closed. Read the packages in the way of the data: {@code fetch}, {@code ring}, {@code produce}, {@code offsets};
 * {@code lane} joins them, {@code flow} decides what they copy.
 */
package io.replicator;
