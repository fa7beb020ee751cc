/**
 * How threads live, wait, retry and report. The ground floor: it uses no other package.
 *
 * <p>A thread runs one {@link io.replicator.agent.Agent}, which works in short turns and is told the time. Other threads put
 * messages into its {@link io.replicator.agent.Mailbox} and wake it with its {@link io.replicator.agent.Doorbell}.
 * {@link io.replicator.agent.Backoff} and {@link io.replicator.agent.Retry} decide when something that failed is attempted
 * again; {@link io.replicator.agent.LogOnce} and {@link io.replicator.agent.LogOncePerKey} decide which of many equal
 * observations is logged.
 *
 * <p>In: commands, rings and the time. Out: turns of the agent, on its own thread. Except for mailboxes and doorbells, each
 * object belongs to one thread.
 */
package io.replicator.agent;
