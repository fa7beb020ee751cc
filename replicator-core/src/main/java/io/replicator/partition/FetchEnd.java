package io.replicator.partition;

/**
 * Where the fetcher stopped fetching a partition.
 *
 * @param offset after the last batch that it handed on
 * @param generation of the last restart that it had received
 */
public record FetchEnd(long offset, int generation) {
    /** The partition is still fetched. */
    public static final FetchEnd NOT_YET = new FetchEnd(-1, -1);
}
