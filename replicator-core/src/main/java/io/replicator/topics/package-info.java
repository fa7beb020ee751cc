/**
 * Which topics are copied and what they are on the target: discovery, creation, growth, settings. A
 * {@link io.replicator.config.FlowConfig} and two clusters go in, a {@link io.replicator.topics.TopicsPlan} comes out. The
 * decisions are pure functions of what the clusters say ({@link io.replicator.topics.TopicRules},
 * {@link io.replicator.topics.TopicSettings}, {@link io.replicator.topics.SettingsCheck}); the rest reads and acts through the
 * ports of {@code cluster}. It blocks, with timeouts, and is never called by a lane.
 */
package io.replicator.topics;
