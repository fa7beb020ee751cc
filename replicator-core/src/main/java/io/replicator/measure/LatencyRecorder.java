package io.replicator.measure;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * Latencies of one kind: one thread records, one other thread reads. Two significant digits over 1 microsecond to 30
 * days, about 40 KiB.
 */
public final class LatencyRecorder {
    private static final long HIGHEST_MICROS = 30L * 24 * 3600 * 1_000_000;
    private static final int DIGITS = 2;

    private final SingleWriterRecorder recorder = new SingleWriterRecorder(1, HIGHEST_MICROS, DIGITS);

    // Used by the reader alone.
    private final Histogram total = new Histogram(1, HIGHEST_MICROS, DIGITS);
    private Histogram interval;

    /**
     * The writer.
     *
     * @param micros below 1 counts as 1, above 30 days as 30 days
     * @param records how many records had that latency
     */
    public void record(long micros, long records) {
        recorder.recordValueWithCount(Math.min(Math.max(1, micros), HIGHEST_MICROS), records);
    }

    /** The reader: adds everything since the start to {@code sum}. */
    public void addTo(Histogram sum) {
        interval = recorder.getIntervalHistogram(interval);
        total.add(interval);
        sum.add(total);
    }

    /** An empty histogram of the recorders' shape. */
    public static Histogram empty() {
        return new Histogram(1, HIGHEST_MICROS, DIGITS);
    }
}
