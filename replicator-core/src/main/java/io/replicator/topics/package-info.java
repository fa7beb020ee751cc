/**
 * Which topics are copied and what they are on the target: discovery, naming, creation, growth, and the preflight that
 * says what is wrong before anything runs. In come a {@link io.replicator.config.FlowConfig} and two reachable clusters;
 * out goes a {@link io.replicator.topics.TopicsPlan}. Everything here blocks, with timeouts, and is called by the flow's
 * control thread or by a command, never by a lane.
 */
package io.replicator.topics;
