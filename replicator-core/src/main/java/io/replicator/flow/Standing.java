package io.replicator.flow;

/**
 * What an instance is to its flow.
 *
 * @param isMember whether others can see that it runs
 * @param controlTerm the term in which it owns shard 0 and so decides for all, 0 when it does not
 * @param isAlone whether it owns all shards
 */
record Standing(boolean isMember, long controlTerm, boolean isAlone) {
    private static final long NONE = 0;

    /** Whether it acts for all instances. */
    boolean decides() {
        return controlTerm != NONE;
    }
}
