package io.replicator.partition;

/**
 * The fetcher's last word on a partition that it fetches no longer.
 *
 * @param offset after the last batch that it handed on
 * @param generation of the producer's last restart that it knew of
 */
public record FetchEnd(long offset, int generation) {
    /** The partition is still fetched. */
    public static final FetchEnd NOT_YET = new FetchEnd(-1, -1);
}
