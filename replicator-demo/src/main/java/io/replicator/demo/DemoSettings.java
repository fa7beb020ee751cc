package io.replicator.demo;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The settings of the demo.
 *
 * @param config the daemon's configuration file
 * @param duration of the load
 */
record DemoSettings(Path config, Duration duration) {
    private static final Duration MIN_DURATION = Duration.ofSeconds(5);

    DemoSettings {
        if (duration.compareTo(MIN_DURATION) < 0) {
            throw new IllegalArgumentException("demo.duration: " + duration.toMillis()
                    + " ms is too short; must be at least 5s, such as 30s or 5m");
        }
    }

    /** From the properties {@code demo.config} and {@code demo.duration} of the JVM. */
    static DemoSettings ofThisJvm() {
        String text = System.getProperty("demo.duration", "20s");
        try {
            Duration duration = ConfigFactory.parseMap(Map.of("duration", text)).getDuration("duration");
            return new DemoSettings(Path.of(System.getProperty("demo.config", "config/demo.conf")), duration);
        } catch (ConfigException e) {
            throw new IllegalArgumentException("demo.duration: '" + text + "' is not a duration such as 30s or 5m", e);
        }
    }
}
