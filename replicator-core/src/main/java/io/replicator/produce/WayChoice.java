package io.replicator.produce;

import io.replicator.config.Shaping;
import java.util.concurrent.TimeUnit;

/**
 * Which way a batch goes that could pass: decided by what waits. Every figure was measured; README.md gives the figures.
 *
 * <p>A broker spends about 17 microseconds on a batch however small. So small neighbours are worth a copy, and tiny compressed
 * ones a decompression and a compression. Where the target is far, a partition moves no more than five batches in a round
 * trip and the processor idles: then merging pays whatever a batch's size, as soon as more wait than can be sent.
 *
 * <p>There is no linger: a batch that is alone, or finds a free place for each that waits with it, goes at once. Pure.
 */
final class WayChoice {
    /** At 16 KiB merging saves a third of all CPU. */
    private static final int PLAIN_BELOW_BYTES = 64 << 10;

    /** Of lz4 and snappy. At 4 KB merging saves a fifth, at 14 KB it costs half. */
    private static final int FAST_BELOW_BYTES = 6 << 10;

    /** At 12.7 KB both ways cost the same. */
    private static final int ZSTD_BELOW_BYTES = 12 << 10;

    /** Compresses some ten times slower than lz4: no more than about a record is worth it. */
    private static final int GZIP_BELOW_BYTES = 1 << 10;

    /** By codec. */
    private static final int[] NEAR_BELOW_BYTES = {
        PLAIN_BELOW_BYTES, GZIP_BELOW_BYTES, FAST_BELOW_BYTES, FAST_BELOW_BYTES, ZSTD_BELOW_BYTES
    };

    /** From here on a connection is long enough for its round trips, not anybody's work, to be the limit. */
    private static final long FAR_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Shaping shaping;

    WayChoice(Shaping shaping) {
        this.shaping = shaping;
    }

    /** Whether a batch is built anew that could pass. */
    boolean rebuildsAll() {
        return shaping == Shaping.REBUILD;
    }

    /** Whether a batch is merged with its neighbours, if there are any that are, too. */
    boolean merges(int codec, int sizeInBytes, boolean isBoundByRoundTrips) {
        return switch (shaping) {
            case PASS, REBUILD -> false;
            case COALESCE -> codec < NEAR_BELOW_BYTES.length;
            case AUTO ->
                codec < NEAR_BELOW_BYTES.length && (isBoundByRoundTrips || sizeInBytes < NEAR_BELOW_BYTES[codec]);
        };
    }

    /**
     * Whether round trips are what limits a partition.
     *
     * @param roundTripNanos to its broker, 0 when it is not known
     * @param waitingBatches of the partition
     * @param freePlaces how many batches of it can be sent before one is acknowledged
     */
    static boolean isBoundByRoundTrips(long roundTripNanos, int waitingBatches, int freePlaces) {
        return roundTripNanos > FAR_NANOS && waitingBatches > freePlaces;
    }
}
