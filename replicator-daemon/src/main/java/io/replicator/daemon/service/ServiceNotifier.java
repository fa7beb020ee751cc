package io.replicator.daemon.service;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.newsclub.net.unix.AFUNIXDatagramChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * sd_notify(3): tells the service manager that the process is ready, alive or stopping. Without {@code NOTIFY_SOCKET} in the
 * environment it does nothing and loads no library. Used by one thread at a time.
 */
public final class ServiceNotifier {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotifier.class);

    private final String socket;
    private final long watchdogNanos;

    ServiceNotifier(String socket, long watchdogNanos) {
        this.socket = socket;
        this.watchdogNanos = watchdogNanos;
    }

    /** Configured by the environment. */
    public static ServiceNotifier fromEnvironment() {
        String socket = System.getenv("NOTIFY_SOCKET");
        String watchdogMicros = System.getenv("WATCHDOG_USEC");
        boolean isWatched = watchdogMicros != null && watchdogMicros.matches("[0-9]{1,15}");
        return new ServiceNotifier(
                socket == null ? "" : socket,
                isWatched ? TimeUnit.MICROSECONDS.toNanos(Long.parseLong(watchdogMicros)) : 0);
    }

    /** {@link #alive} must be called within this time; 0 when it need not be called. */
    public long watchdogNanos() {
        return socket.isEmpty() ? 0 : watchdogNanos;
    }

    public void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    public void alive() {
        send("WATCHDOG=1");
    }

    public void stopping() {
        send("STOPPING=1");
    }

    private void send(String message) {
        if (socket.isEmpty()) {
            return;
        }
        try (AFUNIXDatagramChannel channel = AFUNIXDatagramChannel.open()) {
            channel.connect(address());
            channel.write(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException | LinkageError e) {
            LOG.warn(
                    "The service manager could not be notified. message={}",
                    message.lines().findFirst().orElse(""),
                    e);
        }
    }

    /** A name that starts with @ is in Linux's abstract namespace. */
    private AFUNIXSocketAddress address() throws IOException {
        return socket.startsWith("@")
                ? AFUNIXSocketAddress.inAbstractNamespace(socket.substring(1))
                : AFUNIXSocketAddress.of(new File(socket));
    }
}
