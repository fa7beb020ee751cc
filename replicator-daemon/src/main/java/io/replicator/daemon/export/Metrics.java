package io.replicator.daemon.export;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.replicator.daemon.Version;
import io.replicator.flow.FlowStatus;
import io.replicator.positions.GroupsStatus;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** The metrics of the engine and of the JVM, as text. Safe for use by any thread. */
public final class Metrics implements AutoCloseable {
    /** Sent when a scraper asks for it, otherwise Prometheus' own text format. */
    public static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry;
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    /**
     * @param flows takes a snapshot of the engine, once per scrape
     * @param groups the consumer groups of a flow, by its name
     * @param perPartition false to sum partitions by topic
     */
    public Metrics(
            Supplier<List<FlowStatus>> flows,
            Function<String, GroupsStatus> groups,
            boolean perPartition,
            Version version) {
        PrometheusRegistry collectors = new PrometheusRegistry();
        collectors.register(new FlowCollector(flows, groups, perPartition, version));
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, collectors, Clock.SYSTEM);
        new JvmMemoryMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /** The content type for the Accept header of a scraper. */
    public static String contentType(String accept) {
        return accept.contains("application/openmetrics-text") ? OPEN_METRICS : PROMETHEUS;
    }

    /** All metrics now. */
    public String scrape(String contentType) {
        return registry.scrape(contentType);
    }

    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }
}
