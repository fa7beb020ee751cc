package io.replicator.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Network;

/**
 * A cluster of containers of the {@code apache/kafka} image. Brokers reach each other by name in a network of their own;
 * clients reach them at fixed ports of the engine's host, which stay the same when a broker is started again.
 */
final class ContainerCluster implements KafkaCluster {
    private static final Duration START_PATIENCE = Duration.ofMinutes(3);
    private static final String ANY = "0.0.0.0";

    private final ClusterPlan plan;
    private final String clusterId = Uuid.randomUuid().toString();
    private final Network network = Network.newNetwork();
    private final ClusterDirectory directory;
    private final KeyStores keyStores;
    private final List<ContainerBroker> brokers = new ArrayList<>();
    private Admin admin;
    private boolean closed;

    private ContainerCluster(ClusterPlan plan) {
        this.plan = plan;
        this.directory = ClusterDirectory.create(plan.root());
        this.keyStores = KeyStores.create(plan, directory.path().resolve("certificates"));
    }

    static ContainerCluster start(ClusterPlan plan) {
        ContainerEngine.whyUnavailable().ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
        ContainerCluster cluster = new ContainerCluster(plan);
        try {
            cluster.launch();
            cluster.awaitReady();
            BrokerLogs.opened(cluster);
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
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
        List<ContainerBroker> running =
                brokers.stream().filter(ContainerBroker::isRunning).toList();
        Readiness.await(running, running.size(), START_PATIENCE, () -> running.forEach(this::requireRunning));
    }

    /** Waits for a broker that was started again, when there can be a quorum. */
    void awaitRestarted(ContainerBroker broker) {
        long running = brokers.stream().filter(ContainerBroker::isRunning).count();
        if (2 * running > brokers.size()) {
            Readiness.await(List.of(broker), 1, START_PATIENCE, () -> requireRunning(broker));
        }
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
        BrokerLogs.closing(this);
        brokers.forEach(ContainerBroker::close);
        network.close();
        directory.close();
    }

    private void launch() {
        List<BrokerNode> nodes = nodes();
        for (BrokerNode bound : nodes) {
            BrokerNode.Endpoint client = bound.endpoint(CLIENT);
            Optional<TcpProxy> proxy =
                    plan.proxied() ? Optional.of(TcpProxy.to(client.host(), client.port())) : Optional.empty();
            BrokerNode node = proxy.map(
                            through -> bound.with(CLIENT, client.advertisedAt(through.host(), through.port())))
                    .orElse(bound);
            brokers.add(new ContainerBroker(this, node, directory.node(node.id()), proxy));
        }
        for (ContainerBroker broker : brokers) {
            Map<String, String> properties = BrokerProperties.of(
                    plan, broker.node(), nodes, ContainerBroker.LOG_DIRECTORY, ContainerBroker.CERTIFICATES);
            broker.launch(plan, network, properties, keyStores.directory());
        }
    }

    private List<BrokerNode> nodes() {
        List<String> published = List.copyOf(plan.access().listeners().keySet());
        List<Integer> ports = Ports.free(plan.brokers() * published.size());
        String host = DockerClientFactory.instance().dockerHostIpAddress();
        List<BrokerNode> nodes = new ArrayList<>();
        for (int id = 0; id < plan.brokers(); id++) {
            Map<String, BrokerNode.Endpoint> endpoints = new LinkedHashMap<>();
            for (int i = 0; i < published.size(); i++) {
                int port = ports.get(id * published.size() + i);
                endpoints.put(published.get(i), new BrokerNode.Endpoint(ANY, port, host, port));
            }
            String alias = ContainerBroker.alias(id);
            endpoints.put(
                    BrokerProperties.INTERNAL,
                    new BrokerNode.Endpoint(ANY, ContainerBroker.INTERNAL_PORT, alias, ContainerBroker.INTERNAL_PORT));
            endpoints.put(
                    BrokerProperties.CONTROLLER,
                    new BrokerNode.Endpoint(
                            ANY, ContainerBroker.CONTROLLER_PORT, alias, ContainerBroker.CONTROLLER_PORT));
            nodes.add(new BrokerNode(id, endpoints));
        }
        return nodes;
    }

    private void requireRunning(ContainerBroker broker) {
        if (!broker.isRunning()) {
            throw new IllegalStateException(broker + " ended while it started; it said:\n" + broker.said());
        }
    }
}
