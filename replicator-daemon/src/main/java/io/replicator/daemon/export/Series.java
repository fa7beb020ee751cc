package io.replicator.daemon.export;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.stream.Stream;

/** Builds metrics from the values of their series. */
final class Series {
    private Series() {}

    /**
     * One value of a series.
     *
     * @param labels of the series
     * @param value the current one
     */
    record Point(Labels labels, double value) {
        Point with(String label, String labelValue) {
            return new Point(labels.add(label, labelValue), value);
        }
    }

    static MetricSnapshot counter(String name, String help, Stream<Point> points) {
        return new CounterSnapshot(
                new MetricMetadata(name, help),
                points.map(point -> new CounterDataPointSnapshot(point.value, point.labels, null, 0L))
                        .toList());
    }

    static MetricSnapshot gauge(String name, String help, Stream<Point> points) {
        return new GaugeSnapshot(
                new MetricMetadata(name, help),
                points.map(point -> new GaugeDataPointSnapshot(point.value, point.labels, null))
                        .toList());
    }
}
