package io.replicator.testkit;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Describes a cluster, call by call, then starts it.
 *
 * <p>The system property {@code replicator.testkit.clusters} says where brokers run: {@code local} (child JVMs, the
 * default) or {@code testcontainers}.
 */
public final class ClusterBuilder {
    static final String CLUSTERS_PROPERTY = "replicator.testkit.clusters";

    private static final String LOCAL = "local";
    private static final String TESTCONTAINERS = "testcontainers";

    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, ListenerSecurity> listeners = new LinkedHashMap<>();
    private final Map<String, String> users = new LinkedHashMap<>();
    private final Set<String> superUsers = new LinkedHashSet<>();
    private String name = "kafka";
    private int brokers = 1;
    private boolean authorizer;
    private int heapMebibytes = 384;
    private boolean optimized;
    private Path root = Path.of(System.getProperty("java.io.tmpdir"));
    private boolean proxied;

    ClusterBuilder() {
        listeners.put(KafkaCluster.CLIENT, ListenerSecurity.plaintext());
        listeners.put(KafkaCluster.ADMIN, ListenerSecurity.plaintext());
    }

    /** A name for logs and messages. */
    public ClusterBuilder name(String name) {
        this.name = name;
        return this;
    }

    /** How many brokers, 1 to 3; each is a controller as well. */
    public ClusterBuilder brokers(int count) {
        this.brokers = count;
        return this;
    }

    /** A broker property, for every broker; wins over the defaults. */
    public ClusterBuilder property(String key, String value) {
        properties.put(key, value);
        return this;
    }

    /** The security of {@link KafkaCluster#CLIENT}; plaintext by default. */
    public ClusterBuilder security(ListenerSecurity security) {
        return listener(KafkaCluster.CLIENT, security);
    }

    /** One more listener, by a name of upper-case letters, digits and underscores. */
    public ClusterBuilder listener(String listener, ListenerSecurity security) {
        if (!listener.matches("[A-Z][A-Z0-9_]*")
                || listener.equals(KafkaCluster.ADMIN)
                || listener.equals(BrokerProperties.CONTROLLER)) {
            throw new IllegalArgumentException("listener name " + listener + " is not allowed");
        }
        listeners.put(listener, security);
        return this;
    }

    /** A user; the first one is the default of {@link KafkaCluster#clientProperties()}. */
    public ClusterBuilder user(String user, String password) {
        users.put(user, password);
        return this;
    }

    /** A user whom the authorizer allows everything. */
    public ClusterBuilder superUser(String user, String password) {
        superUsers.add(user);
        return user(user, password);
    }

    /** Turns the StandardAuthorizer on: users may do what ACLs (made with {@link KafkaCluster#admin()}) allow. */
    public ClusterBuilder authorizer() {
        this.authorizer = true;
        return this;
    }

    /** The heap of each broker; 384 MiB by default. */
    public ClusterBuilder heapMebibytes(int mebibytes) {
        this.heapMebibytes = mebibytes;
        return this;
    }

    /** Lets brokers compile for speed, not for a quick start: for benchmarks. */
    public ClusterBuilder optimized() {
        this.optimized = true;
        return this;
    }

    /** Where the brokers' directories are made; the system's temporary directory by default. */
    public ClusterBuilder directory(Path root) {
        this.root = root;
        return this;
    }

    /** Puts a {@link TcpProxy} in front of {@link KafkaCluster#CLIENT} of every broker. */
    public ClusterBuilder proxied(boolean proxied) {
        this.proxied = proxied;
        return this;
    }

    /** Starts the cluster and waits until every broker serves. */
    public KafkaCluster start() {
        ClusterPlan plan = plan();
        return runInContainers() ? ContainerCluster.start(plan) : LocalCluster.start(plan);
    }

    /** What is described: builders that describe the same cluster have equal shapes. */
    public Object shape() {
        return plan();
    }

    ClusterPlan plan() {
        ClusterPlan.Access access = new ClusterPlan.Access(listeners, users, authorizer, superUsers);
        ClusterPlan.Jvm jvm = new ClusterPlan.Jvm(heapMebibytes, optimized);
        return new ClusterPlan(name, brokers, properties, access, jvm, root, proxied);
    }

    /** Why clusters cannot be had here, in one sentence; empty when they can. */
    public static Optional<String> whyUnavailable() {
        return runInContainers() ? ContainerEngine.whyUnavailable() : Optional.empty();
    }

    private static boolean runInContainers() {
        String where = System.getProperty(CLUSTERS_PROPERTY, LOCAL);
        if (!where.equals(LOCAL) && !where.equals(TESTCONTAINERS)) {
            throw new IllegalArgumentException(
                    CLUSTERS_PROPERTY + "=" + where + "; must be " + LOCAL + " or " + TESTCONTAINERS);
        }
        return where.equals(TESTCONTAINERS);
    }
}
