package io.replicator.testkit.junit;

import io.replicator.testkit.BrokerLogs;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

/**
 * Gives a test class its {@link Clusters}, keeps the logs of all brokers when a test fails, in
 * {@code target/broker-logs/<class>/<test>}, and skips the class where clusters cannot be had. Used as
 * {@code @ExtendWith(ClusterExtension.class)} on a test class.
 *
 * <p>Shared clusters live as long as the launcher's session. Surefire runs every class of a forked JVM as a launch of its
 * own, all of them in one session.
 */
public final class ClusterExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final Path ROOT = Path.of("target", "broker-logs");
    private static final Namespace NAMESPACE = Namespace.create(ClusterExtension.class);

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

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Clusters.class;
    }

    /** One for each class and one for each test; JUnit closes it with the store that it stands in. */
    @Override
    public Clusters resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .computeIfAbsent(
                        context.getUniqueId(),
                        unique -> new Clusters(context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)),
                        Clusters.class);
    }

    private static Path directory(ExtensionContext context) {
        String test = context.getRequiredTestMethod().getName();
        String name = context.getDisplayName().startsWith(test) ? test : test + "-" + context.getDisplayName();
        return ROOT.resolve(context.getRequiredTestClass().getSimpleName())
                .resolve(name.replaceAll("[^A-Za-z0-9_.-]+", "_"));
    }
}
