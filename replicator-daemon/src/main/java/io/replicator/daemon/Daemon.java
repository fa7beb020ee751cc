package io.replicator.daemon;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.daemon.admin.AdminServer;
import io.replicator.daemon.admin.GroupsPage;
import io.replicator.daemon.admin.HealthPage;
import io.replicator.daemon.admin.Page;
import io.replicator.daemon.admin.Reply;
import io.replicator.daemon.admin.StatusPage;
import io.replicator.daemon.admin.TranslatePage;
import io.replicator.daemon.export.FlowMBeans;
import io.replicator.daemon.export.Metrics;
import io.replicator.daemon.settings.Settings;
import io.replicator.flow.FlowStatus;
import io.replicator.positions.GroupsStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine with what shows its state: the admin server, metrics, JMX. Safe for use by any thread. */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final Replicator replicator;
    private final AdminServer admin;
    private final Metrics metrics;
    private final FlowMBeans beans;
    private final List<TranslatePage> translations;
    private boolean closed;

    private Daemon(
            Replicator replicator,
            AdminServer admin,
            Metrics metrics,
            FlowMBeans beans,
            List<TranslatePage> translations) {
        this.replicator = replicator;
        this.translations = List.copyOf(translations);
        this.admin = admin;
        this.metrics = metrics;
        this.beans = beans;
    }

    /**
     * Starts everything.
     *
     * @throws IOException when the admin server cannot listen on its address; the engine was not started then
     */
    public static Daemon start(Settings settings) throws IOException {
        AdminServer admin = AdminServer.bind(settings.adminHost(), settings.adminPort());
        Replicator replicator = startEngine(admin, settings);
        Version version = Version.current();
        Function<String, GroupsStatus> groups = flow -> replicator.groups(flow).orElse(GroupsStatus.NONE);
        Metrics metrics = new Metrics(replicator::flows, groups, settings.metricsPerPartition(), version);
        List<TranslatePage> translations = new ArrayList<>();
        Map<String, Page> pages = new HashMap<>();
        pages.put("/metrics", request -> {
            String type = Metrics.contentType(request.accept());
            return new Reply(200, type, metrics.scrape(type));
        });
        pages.put("/health/live", HealthPage.live(replicator::stuckThreads));
        pages.put("/health/ready", HealthPage.ready(replicator::stuckThreads, replicator::flows));
        pages.put(
                "/api/status",
                new StatusPage(version.number(), settings.replicator().instance(), replicator::flows, groups));
        for (FlowConfig flow : settings.replicator().flows()) {
            String path = "/api/flows/" + flow.name();
            TranslatePage translate = new TranslatePage(flow);
            translations.add(translate);
            pages.put(path + "/translate", translate);
            pages.put(path + "/groups", new GroupsPage(() -> groups.apply(flow.name())));
        }
        admin.serve(pages);
        List<String> names =
                settings.replicator().flows().stream().map(FlowConfig::name).toList();
        FlowMBeans beans = new FlowMBeans(names, replicator::flows);
        LOG.info("The admin server listens. address={}:{}", settings.adminHost(), admin.port());
        return new Daemon(replicator, admin, metrics, beans, translations);
    }

    private static Replicator startEngine(AdminServer admin, Settings settings) {
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

    /** Stops cleanly; status and metrics can be read until the engine has stopped. A second call does nothing. */
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
            translations.forEach(TranslatePage::close);
            metrics.close();
        }
    }
}
