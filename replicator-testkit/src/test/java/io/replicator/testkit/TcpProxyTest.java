package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TcpProxyTest {
    private static final int SHORT_MILLIS = 200;

    private ServerSocket server;
    private Thread acceptor;
    private TcpProxy proxy;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        acceptor = new Thread(this::echoAll, "echo");
        acceptor.setDaemon(true);
        acceptor.start();
        proxy = TcpProxy.to("127.0.0.1", server.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void shouldCarryEveryByteInOrderAndEndWhenBothHaveEnded() throws Exception {
        byte[] sent = new byte[3_000_001];
        new SplittableRandom(1).nextBytes(sent);
        proxy.delay(Duration.ofMillis(5));

        try (Socket client = connect()) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> send(client, sent));
            byte[] received = client.getInputStream().readNBytes(sent.length);

            writing.join();
            assertThat(received).isEqualTo(sent);
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        Awaitility.await().until(() -> proxy.connections() == 0);
    }

    @Test
    void shouldBeLateByTheDelayEachWay() throws Exception {
        Duration oneWay = Duration.ofMillis(150);
        try (Socket client = connect()) {
            ask(client);
            proxy.delay(oneWay);

            long startNanos = System.nanoTime();
            ask(client);

            assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isGreaterThanOrEqualTo(oneWay.multipliedBy(2));
        }
    }

    @Test
    void shouldHoldBackWhileStalledAndLoseNothing() throws Exception {
        try (Socket client = connect()) {
            ask(client);
            proxy.stall();
            client.getOutputStream().write('x');
            client.setSoTimeout(SHORT_MILLIS);

            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            client.setSoTimeout(0);
            proxy.flow();
            assertThat(client.getInputStream().read()).isEqualTo('x');
        }
    }

    @Test
    void shouldResetConnectionsWhenCutAndTakeNewOnes() throws Exception {
        try (Socket client = connect()) {
            ask(client);

            proxy.cut();

            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        try (Socket again = connect()) {
            ask(again);
        }
    }

    @Test
    void shouldRefuseUntilItAcceptsAgain() throws Exception {
        try (Socket client = connect()) {
            ask(client);

            proxy.refuse();

            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            ask(client);
        }
        proxy.accept();
        try (Socket again = connect()) {
            ask(again);
        }
    }

    @Test
    void shouldResetAClientWhenNobodyIsBehind() throws Exception {
        server.close();
        // The system keeps listening for as long as a thread is inside accept().
        acceptor.join();

        try (Socket client = connect()) {
            client.setSoTimeout(10_000);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    private Socket connect() throws IOException {
        return new Socket(proxy.host(), proxy.port());
    }

    private static void ask(Socket client) throws IOException {
        client.getOutputStream().write('?');
        assertThat(client.getInputStream().read()).isEqualTo('?');
    }

    private static void send(Socket client, byte[] bytes) {
        try {
            client.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void echoAll() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread one = new Thread(() -> echo(client), "echo-one");
                one.setDaemon(true);
                one.start();
            } catch (IOException e) {
                // The test has ended.
                return;
            }
        }
    }

    private static void echo(Socket client) {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // Cut, as a test wanted.
        }
    }
}
