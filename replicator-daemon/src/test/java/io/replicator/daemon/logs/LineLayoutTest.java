package io.replicator.daemon.logs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LineLayoutTest {
    private final LoggerContext logback = new LoggerContext();

    @Test
    void shouldWriteOneLineWithTimeLevelAndKeys() {
        LoggingEvent event = event(Level.INFO, "Copied. records=5", null, Map.of("flow", "orders"));

        assertThat(new LineLayout().doLayout(event))
                .isEqualTo("2026-11-21T02:33:01.123Z INFO  flow=orders Copied. records=5\n");
    }

    @Test
    void shouldKeepAStackTraceAndItsCausesInTheLine() {
        Exception failure = new IllegalStateException("two\nlines", new IllegalArgumentException("cause"));

        assertThat(new LineLayout()
                        .doLayout(event(Level.ERROR, "Broken.", failure, Map.of()))
                        .lines())
                .singleElement()
                .asString()
                .startsWith("2026-11-21T02:33:01.123Z ERROR Broken. | java.lang.IllegalStateException: two\\nlines at "
                        + "io.replicator.daemon.logs.LineLayoutTest.")
                .contains(" | caused by java.lang.IllegalArgumentException: cause");
    }

    private LoggingEvent event(Level level, String message, Throwable failure, Map<String, String> keys) {
        LoggingEvent event =
                new LoggingEvent("test", logback.getLogger("io.replicator"), level, message, failure, null);
        event.setInstant(Instant.parse("2026-11-21T02:33:01.123Z"));
        event.setMDCPropertyMap(keys);
        return event;
    }
}
