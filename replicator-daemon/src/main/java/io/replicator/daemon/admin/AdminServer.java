package io.replicator.daemon.admin;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Map;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves pages over HTTP. It binds its address first and serves later, so that a port in use is found before the engine starts.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    /** One selects, one accepts, the others answer. Scrapes and probes are a few requests per second at most. */
    private static final int MAX_THREADS = 8;

    private static final int MIN_THREADS = 1;
    private static final int THREAD_IDLE_MILLIS = 30_000;
    private static final int CONNECTION_IDLE_MILLIS = 30_000;

    private final Server server;
    private final ServerConnector connector;

    private AdminServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /**
     * Binds the address; requests are not answered yet.
     *
     * @param port 0 for any free one
     * @throws IOException when the address cannot be bound, with a message for the user
     */
    public static AdminServer bind(String host, int port) throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, THREAD_IDLE_MILLIS);
        threads.setName("admin");
        threads.setDaemon(true);
        Server server = new Server(threads);
        server.setStopTimeout(0); // An idle connection of a scraper must not delay the stop.
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(host.isEmpty() ? null : host);
        connector.setPort(port);
        connector.setIdleTimeout(CONNECTION_IDLE_MILLIS);
        server.addConnector(connector);
        try {
            connector.open();
        } catch (UnknownHostException e) {
            throw new IOException("admin.listen: no address found for host " + host, e);
        } catch (IOException e) {
            connector.close();
            if (e.getCause() instanceof UnresolvedAddressException) {
                throw new IOException("admin.listen: no address found for host " + host, e);
            }
            throw new IOException(
                    "admin.listen: cannot listen on " + host + ":" + port + ": " + rootMessage(e)
                            + "; stop the process that uses it, or choose another port; -D replicator.admin.listen="
                            + host
                            + ":0 chooses a free one",
                    e);
        }
        return new AdminServer(server, connector);
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }

    /**
     * Answers requests from now on.
     *
     * @param pages by path
     */
    public void serve(Map<String, Page> pages) {
        server.setHandler(new Pages(pages));
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("the admin server failed to start", e);
        }
    }

    /** The port it listens on. */
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.stop();
            connector.close();
        } catch (Exception e) {
            LOG.warn("The admin server did not stop cleanly.", e);
        }
    }
}
