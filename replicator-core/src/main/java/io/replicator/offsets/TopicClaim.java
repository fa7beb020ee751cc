package io.replicator.offsets;

/**
 * What a flow has to say of one topic of its target: kept in its offset log, so that other flows need not guess from its
 * progress, which stays there when the flow leaves the topic out.
 *
 * @param state how far it is
 * @param turn higher than the turns of all other flows that were seen when it was claimed: of two flows that hold a topic
 *     the one that came later is right, for it looked first whether the other was running
 * @param sourceTopic what is copied there
 */
public record TopicClaim(State state, long turn, String sourceTopic) {
    /** How far a flow is with a topic. */
    public enum State {
        /** It has progress of the topic and says no more: an earlier version wrote it. Never on record itself. */
        UNSAID,
        /** It is about to look whether another flow writes the topic. */
        WANTED,
        /** It writes the topic while it runs. */
        HELD,
        /** It writes the topic no more; instances of it that do not know yet may. */
        LEAVING,
        /** It does not write the topic. */
        LEFT
    }

    /** The same claim, further on. */
    public TopicClaim with(State next) {
        return new TopicClaim(next, turn, sourceTopic);
    }
}
