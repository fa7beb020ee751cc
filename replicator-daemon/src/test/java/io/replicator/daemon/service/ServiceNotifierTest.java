package io.replicator.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXDatagramChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

final class ServiceNotifierTest {
    @TempDir
    Path folder;

    @Test
    void shouldTellTheServiceManagerOfItsLife() throws IOException {
        Path socket = folder.resolve("notify");
        try (AFUNIXDatagramChannel manager = AFUNIXDatagramChannel.open()) {
            manager.bind(AFUNIXSocketAddress.of(socket.toFile()));
            ServiceNotifier service = new ServiceNotifier(socket.toString(), 60);

            service.ready("a,b");
            assertThat(received(manager)).isEqualTo("READY=1\nSTATUS=a,b");
            service.alive();
            assertThat(received(manager)).isEqualTo("WATCHDOG=1");
            service.stopping();
            assertThat(received(manager)).isEqualTo("STOPPING=1");
            assertThat(service.watchdogNanos()).isEqualTo(60);
        }
    }

    @Test
    void shouldDoNothingWithoutAServiceManager() {
        ServiceNotifier service = new ServiceNotifier("", 60);

        assertThatCode(() -> service.ready("a")).doesNotThrowAnyException();
        assertThat(service.watchdogNanos()).isZero();
    }

    private static String received(AFUNIXDatagramChannel manager) throws IOException {
        ByteBuffer message = ByteBuffer.allocate(100);
        manager.receive(message);
        return new String(message.array(), 0, message.position(), StandardCharsets.UTF_8);
    }
}
