package io.replicator.testkit;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.metadata.storage.Formatter;

/** Formats a broker's log directory in this JVM, as {@code kafka-storage.sh} does in one of its own. */
final class Storage {
    private Storage() {}

    static void format(ClusterPlan plan, String clusterId, int node, String logDirectory) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(out)
                    .setNodeId(node)
                    .setClusterId(clusterId)
                    .addDirectory(logDirectory)
                    .setMetadataLogDirectory(logDirectory)
                    .setControllerListenerName(BrokerProperties.CONTROLLER)
                    .setScramArguments(scramUsers(plan.access()))
                    .run();
        } catch (Exception e) {
            // Formatter.run declares no less.
            throw new IllegalStateException(
                    plan.name() + ": " + logDirectory + " could not be formatted: "
                            + said.toString(StandardCharsets.UTF_8),
                    e);
        }
    }

    /** The users, once for each SCRAM mechanism that a listener offers. */
    static List<String> scramUsers(ClusterPlan.Access access) {
        List<String> arguments = new ArrayList<>();
        access.listeners().values().stream()
                .map(ListenerSecurity::mechanism)
                .filter(Mechanism::isScram)
                .distinct()
                .forEach(mechanism -> {
                    for (Map.Entry<String, String> user : access.users().entrySet()) {
                        arguments.add(mechanism.kafkaName() + "=[name=" + Mechanism.quoted(user.getKey()) + ",password="
                                + Mechanism.quoted(user.getValue()) + "]");
                    }
                });
        return arguments;
    }
}
