package io.replicator.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** What is written into a broker's directory before its first start, and the command that starts it. */
final class BrokerCommand {
    /** A file for each broker, and nothing on the console that is not a disaster. */
    private static final String LOGBACK = """
            <configuration>
              <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
              <appender name="file" class="ch.qos.logback.core.FileAppender">
                <file>broker.log</file>
                <encoder><pattern>%date{ISO8601} %-5level %logger{0} [%thread] %message%n</pattern></encoder>
              </appender>
              <root level="INFO"><appender-ref ref="file"/></root>
            </configuration>
            """;

    private BrokerCommand() {}

    static void prepare(Path directory, Map<String, String> properties) {
        Properties file = new Properties();
        file.putAll(properties);
        try {
            Files.createDirectories(directory.resolve("tmp"));
            try (var out = Files.newBufferedWriter(directory.resolve("server.properties"))) {
                file.store(out, null);
            }
            Files.writeString(directory.resolve("logback.xml"), LOGBACK);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " could not be prepared", e);
        }
    }

    static List<String> of(ClusterPlan.Jvm jvm, Path directory, BrokerClasses classes) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + jvm.heapMebibytes() + "m");
        command.add("-XX:+UseSerialGC");
        if (!jvm.optimized()) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.add("-Xshare:auto");
        command.addAll(classes.options());
        // Neither leaves files outside the broker's directory, even when killed.
        command.add("-XX:-UsePerfData");
        command.add("-Djava.io.tmpdir=" + directory.resolve("tmp"));
        command.add("-Djava.awt.headless=true");
        // One binding, whatever else is on the class path.
        command.add("-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider");
        command.add("-Dslf4j.internal.verbosity=WARN");
        command.add("-Dlogback.configurationFile=" + directory.resolve("logback.xml"));
        command.add("-Dlog4j2.level=OFF");
        command.add("-cp");
        command.add(classes.classPath());
        command.add(BrokerProcess.class.getName());
        command.add(directory.toString());
        return command;
    }
}
