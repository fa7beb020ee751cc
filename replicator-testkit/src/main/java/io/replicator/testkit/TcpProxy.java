package io.replicator.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network between a client and a server, as bad as a test wants it: late, silent, cut or closed.
 *
 * <p>Delay does not limit throughput: bytes travel one after another like on a long line. One thread accepts, four carry
 * each connection (a reader and a writer each way).
 */
public final class TcpProxy implements AutoCloseable {
    private static final int BACKLOG = 128;
    private static final int CONNECT_MILLIS = 10_000;

    private final InetSocketAddress target;
    private final int port;
    private final TcpLine line = new TcpLine();
    private final Set<TcpProxyConnection> connections = ConcurrentHashMap.newKeySet();
    private ServerSocket listener;
    private Thread acceptor;

    private TcpProxy(int port, InetSocketAddress target) {
        this.port = port;
        this.target = target;
    }

    /** A proxy on a free port of 127.0.0.1, accepting at once. */
    public static TcpProxy to(String host, int targetPort) {
        TcpProxy proxy = new TcpProxy(Ports.free(1).get(0), new InetSocketAddress(host, targetPort));
        proxy.accept();
        return proxy;
    }

    /** The address clients connect to. */
    public String host() {
        return "127.0.0.1";
    }

    /** The port clients connect to; it never changes. */
    public int port() {
        return port;
    }

    /** How many connections there are. */
    public int connections() {
        return connections.size();
    }

    /** Lets every byte, in each direction, arrive this much later; a round trip takes twice as long. */
    public void delay(Duration oneWay) {
        line.delay(oneWay);
    }

    /** Carries nothing any more, in connections old and new, which stay open. */
    public void stall() {
        line.stall();
    }

    /** Carries again, beginning with what was held back by {@link #stall()}. */
    public void flow() {
        line.flow();
    }

    /** Resets every connection there is; new ones are welcome. */
    public void cut() {
        for (TcpProxyConnection connection : connections) {
            connection.reset();
        }
    }

    /** Refuses new connections; those that exist go on. */
    public synchronized void refuse() {
        if (listener != null) {
            close(listener);
            listener = null;
            // The system keeps listening for as long as a thread is inside accept().
            joinAcceptor();
        }
    }

    /** Accepts connections again. */
    public synchronized void accept() {
        if (listener != null) {
            return;
        }
        listener = bound();
        ServerSocket accepting = listener;
        acceptor = new Thread(() -> acceptAll(accepting), "tcp-proxy-" + port);
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /** Refuses, and cuts. */
    @Override
    public void close() {
        refuse();
        cut();
    }

    private ServerSocket bound() {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host()), port), BACKLOG);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException("proxy port " + port + " could not be bound", e);
        }
    }

    private void acceptAll(ServerSocket accepting) {
        while (!accepting.isClosed()) {
            try {
                carry(accepting, accepting.accept());
            } catch (IOException e) {
                // Closed by refuse(), or a client that went before it was served: the condition of the loop knows.
            }
        }
    }

    private void carry(ServerSocket accepting, Socket client) throws IOException {
        Socket server = new Socket();
        try {
            server.connect(target, CONNECT_MILLIS);
        } catch (IOException e) {
            // Nobody there: the client sees its connection reset, as close to a refusal as a proxy comes.
            client.setSoLinger(true, 0);
            client.close();
            return;
        }
        TcpProxyConnection connection = new TcpProxyConnection(client, server, line, connections::remove);
        connections.add(connection);
        connection.start(port);
        if (accepting.isClosed()) {
            // Accepted while refuse() and cut() ran: too late.
            connection.reset();
        }
    }

    private void joinAcceptor() {
        try {
            acceptor.join();
        } catch (InterruptedException e) {
            throw Interruption.of(e);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
