package io.replicator.daemon;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.daemon.admin.AdminServer;
import io.replicator.daemon.admin.Answer;
import io.replicator.daemon.admin.HealthPage;
import io.replicator.daemon.admin.StatusPage;
import io.replicator.daemon.export.FlowMBeans;
import io.replicator.daemon.export.Metrics;
import io.replicator.daemon.settings.Settings;
import io.replicator.flow.FlowStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine with everything that shows it: admin HTTP, metrics, JMX. Safe for use by any thread. */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final Replicator replicator;
    private final AdminServer admin;
    private final Metrics metrics;
    private final FlowMBeans beans;
    private boolean closed;

    private Daemon(Replicator replicator, AdminServer admin, Metrics metrics, FlowMBeans beans) {
        this.replicator = replicator;
        this.admin = admin;
        this.metrics = metrics;
        this.beans = beans;
    }

    /**
     * Starts everything.
     *
     * @throws IOException when the admin address cannot be had; nothing of the engine was started then
     */
    public static Daemon start(Settings settings) throws IOException {
        AdminServer admin = AdminServer.bind(settings.adminHost(), settings.adminPort());
        Replicator replicator = startOr(admin, settings);
        Version version = Version.current();
        Metrics metrics = new Metrics(replicator::flows, settings.metricsPerPartition(), version);
        admin.serve(Map.of(
                "/metrics",
                accept -> {
                    String type = Metrics.contentType(accept);
                    return new Answer(200, type, metrics.scrape(type));
                },
                "/health/live",
                HealthPage.live(replicator::stuckThreads),
                "/health/ready",
                HealthPage.ready(replicator::stuckThreads, replicator::flows),
                "/api/status",
                new StatusPage(version.number(), settings.replicator().instance(), replicator::flows)));
        List<String> names =
                settings.replicator().flows().stream().map(FlowConfig::name).toList();
        FlowMBeans beans = new FlowMBeans(names, replicator::flows);
        LOG.info("The admin server listens. address={}:{}", settings.adminHost(), admin.port());
        return new Daemon(replicator, admin, metrics, beans);
    }

    private static Replicator startOr(AdminServer admin, Settings settings) {
        try {
            return Replicator.start(settings.replicator());
        } catch (RuntimeException e) {
            admin.close();
            throw e;
        }
    }

    public int adminPort() {
        return admin.port();
    }

    public List<FlowStatus> flows() {
        return replicator.flows();
    }

    public List<String> stuckThreads() {
        return replicator.stuckThreads();
    }

    /** Ends in good order; status and metrics can be read until the engine stands still. Again does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            replicator.close();
        } finally {
            beans.close();
            admin.close();
            metrics.close();
        }
    }
}
