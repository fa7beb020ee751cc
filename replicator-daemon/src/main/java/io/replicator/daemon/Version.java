package io.replicator.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * The versions of this program and of what it runs on.
 *
 * @param number the version of this program
 * @param commit that it was built from; empty when the build did not know it
 * @param java the version of the JVM
 * @param kafkaClients the version of the library
 */
public record Version(String number, String commit, String java, String kafkaClients) {
    /** The version of the running program. */
    public static Version current() {
        Properties build = properties("/io/replicator/daemon/version.properties");
        Properties kafka = properties("/kafka/kafka-version.properties");
        String commit = build.getProperty("commit", "");
        return new Version(
                build.getProperty("version", "unknown"),
                commit.startsWith("${") ? "" : commit,
                System.getProperty("java.version"),
                kafka.getProperty("version", "unknown"));
    }

    private static Properties properties(String resource) {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream(resource)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    @Override
    public String toString() {
        return "replicator " + number + (commit.isEmpty() ? "" : " (" + commit + ")") + ", java " + java
                + ", kafka-clients " + kafkaClients;
    }
}
