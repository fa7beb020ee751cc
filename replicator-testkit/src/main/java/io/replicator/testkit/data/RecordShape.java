package io.replicator.testkit.data;

/**
 * What generated records look like.
 *
 * @param minValueBytes the smallest value
 * @param maxValueBytes the largest value; sizes between are equally likely
 * @param texture what values are made of
 * @param distinctKeys how many keys there are; 0 for records without a key
 * @param headers how many headers each record has
 * @param tombstoneShare how many of the records, 0 to 1, have no value
 * @param firstTimestamp the first record's time, in milliseconds
 * @param timestampStep what each record's time is after the one before, in milliseconds
 */
public record RecordShape(
        int minValueBytes,
        int maxValueBytes,
        Texture texture,
        int distinctKeys,
        int headers,
        double tombstoneShare,
        long firstTimestamp,
        long timestampStep) {
    private static final long SOME_TIME = 1_700_000_000_000L;

    /** Refuses what cannot be. */
    public RecordShape {
        require(
                minValueBytes >= 0 && minValueBytes <= maxValueBytes,
                "values of " + minValueBytes + " to " + maxValueBytes + " bytes");
        require(distinctKeys >= 0, distinctKeys + " keys");
        require(headers >= 0, headers + " headers");
        require(tombstoneShare >= 0 && tombstoneShare <= 1, tombstoneShare + " of tombstones");
        require(tombstoneShare == 0 || distinctKeys > 0, "tombstones without keys");
        require(
                firstTimestamp >= 0 && timestampStep >= 0,
                "timestamps from " + firstTimestamp + " by " + timestampStep);
    }

    /** Half-compressible values of this size, no key, no headers, one millisecond apart. */
    public static RecordShape values(int bytes) {
        return values(bytes, bytes);
    }

    /** Half-compressible values of these sizes. */
    public static RecordShape values(int minBytes, int maxBytes) {
        return new RecordShape(minBytes, maxBytes, Texture.JSON, 0, 0, 0, SOME_TIME, 1);
    }

    /** The same, with values made of something else. */
    public RecordShape texture(Texture other) {
        return new RecordShape(
                minValueBytes,
                maxValueBytes,
                other,
                distinctKeys,
                headers,
                tombstoneShare,
                firstTimestamp,
                timestampStep);
    }

    /** The same, with so many distinct keys. */
    public RecordShape keys(int distinct) {
        return new RecordShape(
                minValueBytes,
                maxValueBytes,
                texture,
                distinct,
                headers,
                tombstoneShare,
                firstTimestamp,
                timestampStep);
    }

    /** The same, with so many headers each. */
    public RecordShape headers(int each) {
        return new RecordShape(
                minValueBytes,
                maxValueBytes,
                texture,
                distinctKeys,
                each,
                tombstoneShare,
                firstTimestamp,
                timestampStep);
    }

    /** The same, with this share of tombstones. */
    public RecordShape tombstones(double share) {
        return new RecordShape(
                minValueBytes, maxValueBytes, texture, distinctKeys, headers, share, firstTimestamp, timestampStep);
    }

    /** The same, at these times. */
    public RecordShape timestamps(long first, long step) {
        return new RecordShape(
                minValueBytes, maxValueBytes, texture, distinctKeys, headers, tombstoneShare, first, step);
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException(what + ": not possible");
        }
    }
}
