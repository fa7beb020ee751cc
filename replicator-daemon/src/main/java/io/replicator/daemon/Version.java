package io.replicator.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this build is made of.
 *
 * @param number of this program
 * @param commit it was built from; empty when the build did not know
 * @param java that runs it
 * @param kafkaClients the library's version
 */
public record Version(String number, String commit, String java, String kafkaClients) {
    /** The version of what runs now. */
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
