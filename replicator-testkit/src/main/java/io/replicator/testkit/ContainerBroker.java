package io.replicator.testkit;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A broker that is a container. It formats its storage and runs Kafka from a file of properties of ours, not from the
 * image's environment variables: those know neither SCRAM users nor three listeners with different security.
 */
final class ContainerBroker implements KafkaBroker {
    static final String LOG_DIRECTORY = "/tmp/replicator-testkit/data";
    static final String CERTIFICATES = "/tmp/replicator-testkit/certificates";
    static final int INTERNAL_PORT = 9094;
    static final int CONTROLLER_PORT = 9093;

    private static final DockerImageName IMAGE = DockerImageName.parse("apache/kafka:4.3.1");
    private static final String PROPERTIES = "/tmp/replicator-testkit/server.properties";
    private static final String SCRIPT = "/tmp/replicator-testkit/run.sh";
    private static final int STOP_SECONDS = 20;
    private static final int READABLE = 0644;

    private final ContainerCluster cluster;
    private final BrokerNode node;
    private final Path directory;
    private final Optional<TcpProxy> proxy;
    private final GenericContainer<?> container = new GenericContainer<>(IMAGE);

    ContainerBroker(ContainerCluster cluster, BrokerNode node, Path directory, Optional<TcpProxy> proxy) {
        this.cluster = cluster;
        this.node = node;
        this.directory = directory;
        this.proxy = proxy;
    }

    static String alias(int id) {
        return "kafka-" + id;
    }

    BrokerNode node() {
        return node;
    }

    @Override
    public int id() {
        return node.id();
    }

    @Override
    public String host(String listener) {
        return node.endpoint(listener).host();
    }

    @Override
    public int port(String listener) {
        return node.endpoint(listener).port();
    }

    @Override
    public Optional<TcpProxy> proxy() {
        return proxy;
    }

    /** Makes the container and starts it. */
    void launch(ClusterPlan plan, Network network, Map<String, String> properties, Path certificates) {
        container
                .withNetwork(network)
                .withNetworkAliases(alias(id()))
                .withEnv("KAFKA_HEAP_OPTS", "-Xmx" + plan.jvm().heapMebibytes() + "m")
                .withEnv(
                        "KAFKA_JVM_PERFORMANCE_OPTS",
                        plan.jvm().optimized() ? "-XX:+UseSerialGC" : "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
                .withCopyToContainer(Transferable.of(text(properties)), PROPERTIES)
                .withCopyToContainer(Transferable.of(script(plan)), SCRIPT)
                .withCreateContainerCmdModifier(command -> command.withEntrypoint("bash", SCRIPT))
                // Serving is asked for by the cluster, through the listeners themselves.
                .waitingFor(new AbstractWaitStrategy() {
                    @Override
                    protected void waitUntilReady() {}
                });
        if (plan.access().usesTls()) {
            container.withCopyFileToContainer(MountableFile.forHostPath(certificates, READABLE), CERTIFICATES);
        }
        List<String> bindings = new ArrayList<>();
        plan.access().listeners().keySet().forEach(listener -> {
            int port = node.endpoint(listener).bindPort();
            bindings.add(port + ":" + port);
        });
        container.setPortBindings(bindings);
        container.start();
    }

    @Override
    public void stop() {
        if (isRunning()) {
            resume();
            container
                    .getDockerClient()
                    .stopContainerCmd(container.getContainerId())
                    .withTimeout(STOP_SECONDS)
                    .exec();
        }
    }

    @Override
    public void kill() {
        if (isRunning()) {
            container
                    .getDockerClient()
                    .killContainerCmd(container.getContainerId())
                    .exec();
            Deadline.after(Duration.ofSeconds(STOP_SECONDS))
                    .await(() -> !isRunning(), () -> this + " cannot be killed");
        }
    }

    @Override
    public void pause() {
        if (!isRunning()) {
            throw new IllegalStateException(this + " does not run");
        }
        if (!isPaused()) {
            container
                    .getDockerClient()
                    .pauseContainerCmd(container.getContainerId())
                    .exec();
        }
    }

    @Override
    public void resume() {
        if (isPaused()) {
            container
                    .getDockerClient()
                    .unpauseContainerCmd(container.getContainerId())
                    .exec();
        }
    }

    @Override
    public void start() {
        if (isRunning()) {
            throw new IllegalStateException(this + " runs already");
        }
        container
                .getDockerClient()
                .startContainerCmd(container.getContainerId())
                .exec();
        cluster.awaitRestarted(this);
    }

    @Override
    public boolean isRunning() {
        return isCreated()
                && Boolean.TRUE.equals(
                        container.getCurrentContainerInfo().getState().getRunning());
    }

    @Override
    public Optional<ProcessHandle> process() {
        return Optional.empty();
    }

    @Override
    public List<Path> logs() {
        if (!isCreated()) {
            return List.of();
        }
        Path log = directory.resolve("container.log");
        try {
            Files.createDirectories(directory);
            Files.writeString(log, said());
        } catch (IOException e) {
            throw new UncheckedIOException(log + " could not be written", e);
        }
        return List.of(log);
    }

    String said() {
        return container.getLogs();
    }

    void close() {
        proxy.ifPresent(TcpProxy::close);
        if (isCreated()) {
            resume();
        }
        container.stop();
    }

    private boolean isCreated() {
        return container.getContainerId() != null;
    }

    private boolean isPaused() {
        return isRunning()
                && Boolean.TRUE.equals(
                        container.getCurrentContainerInfo().getState().getPaused());
    }

    private static String text(Map<String, String> properties) {
        Properties file = new Properties();
        file.putAll(properties);
        try (StringWriter out = new StringWriter()) {
            file.store(out, null);
            return out.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Formats once, then becomes Kafka, so that signals reach it. */
    private String script(ClusterPlan plan) {
        StringBuilder format = new StringBuilder(
                        "/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id ")
                .append(cluster.clusterId())
                .append(" --config ")
                .append(PROPERTIES);
        for (String user : Storage.scramUsers(plan.access())) {
            format.append(" --add-scram '").append(user.replace("'", "'\\''")).append("'");
        }
        return "set -e\n" + format + "\nexec /opt/kafka/bin/kafka-server-start.sh " + PROPERTIES + "\n";
    }

    @Override
    public String toString() {
        return cluster.name() + " broker " + id();
    }
}
