package io.replicator.daemon.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.TreeMap;

/**
 * One line per event: {@code 2026-11-21T02:33:01.123Z INFO  message key=value}. A stack trace follows in the same line,
 * because log collectors take each line for an event. A line break becomes the two characters {@code \n}.
 */
public final class LineLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** Enough to find the place; the last frames only show how the thread was started. */
    private static final int MAX_FRAMES = 12;

    private static final int MAX_CAUSES = 8;

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder();
        line.append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp()))).append(' ');
        String level = event.getLevel().toString();
        line.append(level).append(" ".repeat(Math.max(1, 6 - level.length())));
        new TreeMap<>(event.getMDCPropertyMap())
                .forEach((key, value) ->
                        line.append(key).append('=').append(value).append(' '));
        line.append(event.getFormattedMessage());
        if (event.getKeyValuePairs() != null) {
            for (var pair : event.getKeyValuePairs()) {
                line.append(' ').append(pair.key).append('=').append(pair.value);
            }
        }
        appendCauses(line, event.getThrowableProxy());
        return oneLine(line) + System.lineSeparator();
    }

    private static void appendCauses(StringBuilder line, IThrowableProxy first) {
        IThrowableProxy cause = first;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            line.append(i == 0 ? " | " : " | caused by ").append(cause.getClassName());
            if (cause.getMessage() != null) {
                line.append(": ").append(cause.getMessage());
            }
            appendFrames(line, cause);
            cause = cause.getCause();
        }
    }

    private static void appendFrames(StringBuilder line, IThrowableProxy cause) {
        StackTraceElementProxy[] frames = cause.getStackTraceElementProxyArray();
        int own = Math.max(0, frames.length - cause.getCommonFrames());
        for (int i = 0; i < Math.min(own, MAX_FRAMES); i++) {
            line.append(i == 0 ? " at " : " < ").append(frames[i].getStackTraceElement());
        }
        if (own > MAX_FRAMES) {
            line.append(" < ...");
        }
    }

    private static String oneLine(StringBuilder line) {
        return line.toString().strip().replace("\r", "").replace("\n", "\\n");
    }
}
