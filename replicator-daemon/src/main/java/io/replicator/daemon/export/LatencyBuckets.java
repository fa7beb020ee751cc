package io.replicator.daemon.export;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Converts a histogram of microseconds to Prometheus' buckets in seconds. The bounds reach from a LAN to a long outage. */
final class LatencyBuckets {
    private static final double[] BOUNDS_SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600
    };

    private static final double MICROS_PER_SECOND = TimeUnit.SECONDS.toMicros(1);

    private LatencyBuckets() {}

    static HistogramDataPointSnapshot of(Histogram micros, Labels labels) {
        long[] counts = new long[BOUNDS_SECONDS.length + 1];
        double sumMicros = 0;
        int bucket = 0;
        for (var value : micros.recordedValues()) {
            double seconds = value.getValueIteratedTo() / MICROS_PER_SECOND;
            while (bucket < BOUNDS_SECONDS.length && seconds > BOUNDS_SECONDS[bucket]) {
                bucket++;
            }
            counts[bucket] += value.getCountAtValueIteratedTo();
            sumMicros += (double) value.getCountAtValueIteratedTo()
                    * micros.medianEquivalentValue(value.getValueIteratedTo());
        }
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .sum(sumMicros / MICROS_PER_SECOND)
                .classicHistogramBuckets(buckets(counts))
                .build();
    }

    private static ClassicHistogramBuckets buckets(long[] counts) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            double bound = i < BOUNDS_SECONDS.length ? BOUNDS_SECONDS[i] : Double.POSITIVE_INFINITY;
            buckets.bucket(bound, counts[i]);
        }
        return buckets.build();
    }
}
