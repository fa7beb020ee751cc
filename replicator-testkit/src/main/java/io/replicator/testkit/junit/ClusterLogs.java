package io.replicator.testkit.junit;

import io.replicator.testkit.BrokerLogs;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * Keeps the logs of all brokers when a test fails, in {@code target/broker-logs/<class>/<test>}, and skips the class where
 * clusters cannot be had. Used as {@code @ExtendWith(ClusterLogs.class)} on a test class; knows clusters that the test
 * closed as well as those that are still open.
 */
public final class ClusterLogs implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {
    private static final Path ROOT = Path.of("target", "broker-logs");

    @Override
    public void beforeAll(ExtensionContext context) {
        Clusters.assumeAvailable();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        BrokerLogs.saveTo(directory(context));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        boolean failed = context.getExecutionException()
                .filter(cause -> !(cause instanceof TestAbortedException))
                .isPresent();
        if (!failed) {
            BrokerLogs.dontSave();
            return;
        }
        BrokerLogs.saveOpenClusters();
        Path saved = directory(context);
        if (Files.exists(saved)) {
            System.err.println("broker logs of " + context.getDisplayName() + ": " + saved.toAbsolutePath());
        }
    }

    private static Path directory(ExtensionContext context) {
        String test = context.getRequiredTestMethod().getName();
        String name = context.getDisplayName().startsWith(test) ? test : test + "-" + context.getDisplayName();
        return ROOT.resolve(context.getRequiredTestClass().getSimpleName())
                .resolve(name.replaceAll("[^A-Za-z0-9_.-]+", "_"));
    }
}
