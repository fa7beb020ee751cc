package io.replicator.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** What the engine logs while this is open, from WARN on: what an operator would read. */
public final class EngineLog implements AutoCloseable {
    private final Logger engine = (Logger) LoggerFactory.getLogger("io.replicator");
    private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            events.add(event);
        }
    };

    private EngineLog() {}

    public static EngineLog open() {
        EngineLog log = new EngineLog();
        log.appender.setContext(log.engine.getLoggerContext());
        log.appender.start();
        log.engine.addAppender(log.appender);
        return log;
    }

    /** The lines of a level so far, without time, thread and logger. */
    public List<String> lines(Level level) {
        return events.stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** Whatever happens in the world around it, no thread of the engine dies of it. */
    public void assertNothingFailedInside() {
        assertThat(lines(Level.ERROR))
                .noneMatch(line -> line.contains("a lane failed")
                        || line.contains("a lane did not close")
                        || line.contains("the control plane failed")
                        || line.contains("the pulse failed"));
    }

    @Override
    public void close() {
        engine.detachAppender(appender);
        appender.stop();
    }
}
