package io.replicator.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * A cluster of child JVMs on 127.0.0.1, made of the Kafka that is on this JVM's class path. Every broker is a controller
 * too.
 */
final class LocalCluster implements KafkaCluster {
    private static final Duration START_PATIENCE = Duration.ofSeconds(90);
    private static final int ATTEMPTS = 3;
    private static final int LOG_TAIL_LINES = 30;

    private final ClusterPlan plan;
    private final String clusterId = Uuid.randomUuid().toString();
    private final BrokerClasses classes;
    private final List<LocalBroker> brokers = new ArrayList<>();
    private final ClusterDirectory directory;
    private final KeyStores keyStores;
    private Admin admin;
    private boolean closed;

    private LocalCluster(ClusterPlan plan, BrokerClasses classes) {
        this.plan = plan;
        this.classes = classes;
        this.directory = ClusterDirectory.create(plan.root());
        this.keyStores = KeyStores.create(plan, directory.path().resolve("certificates"));
    }

    /** Starts a cluster; when another process took one of its ports in the meantime, with other ports once more. */
    static LocalCluster start(ClusterPlan plan) {
        return start(plan, BrokerClasses.ofThisJvm());
    }

    /** The same, with the brokers' classes from there. */
    static LocalCluster start(ClusterPlan plan, BrokerClasses classes) {
        for (int attempt = 1; ; attempt++) {
            LocalCluster cluster = new LocalCluster(plan, classes);
            try {
                cluster.launch();
                cluster.awaitReady();
                BrokerLogs.opened(cluster);
                return cluster;
            } catch (PortTaken e) {
                cluster.close();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            } catch (RuntimeException e) {
                cluster.close();
                throw e;
            }
        }
    }

    @Override
    public String name() {
        return plan.name();
    }

    @Override
    public String clusterId() {
        return clusterId;
    }

    @Override
    public List<KafkaBroker> brokers() {
        return List.copyOf(brokers);
    }

    @Override
    public synchronized Admin admin() {
        if (closed) {
            throw new IllegalStateException(name() + " is closed");
        }
        if (admin == null) {
            admin = Admin.create(adminProperties());
        }
        return admin;
    }

    @Override
    public Map<String, Object> clientProperties() {
        return clientProperties(CLIENT, ClientSecurity.defaultUser(plan));
    }

    @Override
    public Map<String, Object> clientProperties(String listener, String user) {
        return ClientSecurity.properties(plan, listener, user, bootstrapServers(listener), keyStores);
    }

    @Override
    public void awaitReady() {
        List<LocalBroker> running = running();
        Readiness.await(running, running.size(), START_PATIENCE, () -> running.forEach(this::requireRunning));
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
        brokers.forEach(broker -> broker.proxy().ifPresent(TcpProxy::close));
        brokers.forEach(LocalBroker::signalKill);
        brokers.forEach(LocalBroker::kill);
        BrokerLogs.closing(this);
        directory.close();
    }

    /** Stops all brokers, each within this time. */
    void stop(Duration patience) {
        brokers.forEach(broker -> broker.stop(patience));
    }

    /** Starts a broker again, and waits for it when there can be a quorum. */
    void restart(LocalBroker broker) {
        Deadline deadline = Deadline.after(START_PATIENCE);
        while (true) {
            launch(broker);
            if (2 * running().size() <= brokers.size()) {
                return;
            }
            try {
                Readiness.await(List.of(broker), 1, START_PATIENCE, () -> requireRunning(broker));
                return;
            } catch (PortTaken e) {
                // The broker's ports are known to clients: wait until they are free again.
                if (deadline.isOver()) {
                    throw e;
                }
            }
        }
    }

    private void launch() {
        List<BrokerNode> nodes = nodes();
        String certificates = keyStores.directory().toString();
        for (BrokerNode bound : nodes) {
            Optional<TcpProxy> proxy = plan.proxied()
                    ? Optional.of(
                            TcpProxy.to("127.0.0.1", bound.endpoint(CLIENT).bindPort()))
                    : Optional.empty();
            BrokerNode node = proxy.map(through ->
                            bound.with(CLIENT, bound.endpoint(CLIENT).advertisedAt(through.host(), through.port())))
                    .orElse(bound);
            Path home = directory.node(node.id());
            String logDirectory = home.resolve("data").toString();
            LocalBroker broker = new LocalBroker(this, node, home, proxy);
            brokers.add(broker);
            BrokerCommand.prepare(home, BrokerProperties.of(plan, node, nodes, logDirectory, certificates));
            Storage.format(plan, clusterId, node.id(), logDirectory);
            launch(broker);
        }
    }

    private void launch(LocalBroker broker) {
        broker.launch(BrokerCommand.of(plan.jvm(), broker.directory(), classes));
    }

    private List<BrokerNode> nodes() {
        List<String> listeners = new ArrayList<>(plan.access().listeners().keySet());
        listeners.add(BrokerProperties.CONTROLLER);
        List<Integer> ports = Ports.free(plan.brokers() * listeners.size());
        List<BrokerNode> nodes = new ArrayList<>();
        for (int id = 0; id < plan.brokers(); id++) {
            Map<String, BrokerNode.Endpoint> endpoints = new LinkedHashMap<>();
            for (int i = 0; i < listeners.size(); i++) {
                endpoints.put(listeners.get(i), BrokerNode.Endpoint.local(ports.get(id * listeners.size() + i)));
            }
            nodes.add(new BrokerNode(id, endpoints));
        }
        return nodes;
    }

    private List<LocalBroker> running() {
        return brokers.stream().filter(LocalBroker::isRunning).toList();
    }

    private void requireRunning(LocalBroker broker) {
        if (!broker.isRunning()) {
            String tail = tail(broker);
            String message = broker + " ended while it started:\n" + tail;
            throw tail.contains("Address already in use") ? new PortTaken(message) : new IllegalStateException(message);
        }
    }

    private static String tail(LocalBroker broker) {
        List<String> lines = new ArrayList<>();
        for (Path log : broker.logs()) {
            try {
                List<String> all = Files.readAllLines(log);
                lines.addAll(all.subList(Math.max(0, all.size() - LOG_TAIL_LINES), all.size()));
            } catch (IOException e) {
                lines.add(log + " cannot be read: " + e);
            }
        }
        return String.join("\n", lines);
    }

    /** Somebody else was quicker to take a port. */
    private static final class PortTaken extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        PortTaken(String message) {
            super(message);
        }
    }
}
