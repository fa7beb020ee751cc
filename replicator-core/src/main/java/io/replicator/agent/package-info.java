/**
 * How threads live: a thread runs one {@link io.replicator.agent.Agent}, which works in short turns and is told the time.
 * What other threads want from an agent they put into its {@link io.replicator.agent.Mailbox}; that something waits for
 * it they say with its {@link io.replicator.agent.Doorbell}.
 */
package io.replicator.agent;
