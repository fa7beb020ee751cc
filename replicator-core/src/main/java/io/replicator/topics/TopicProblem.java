package io.replicator.topics;

/**
 * Why a selected topic is not copied, or not all of it.
 *
 * @param topic the source's name
 * @param reason what is wrong, where, and what to do, for a person
 * @param resumesWhen what would resume it
 */
public record TopicProblem(String topic, String reason, String resumesWhen) {}
