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
 * Serves pages over HTTP. Bound first and served later, so that a port in use is known before the engine starts.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    /** One selects, one accepts, the rest answer: scrapes and probes come a few times a second at most. */
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
     * Takes the address; nobody is answered yet.
     *
     * @param port 0 for any free one
     * @throws IOException when it cannot be had, with a message for the user
     */
    public static AdminServer bind(String host, int port) throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, THREAD_IDLE_MILLIS);
        threads.setName("admin");
        threads.setDaemon(true);
        Server server = new Server(threads);
        server.setStopTimeout(0); // A scraper's idle connection shall not delay the end.
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
            throw new IOException("admin.listen: there is no address for the host " + host, e);
        } catch (IOException e) {
            connector.close();
            if (e.getCause() instanceof UnresolvedAddressException) {
                throw new IOException("admin.listen: there is no address for the host " + host, e);
            }
            throw new IOException(
                    "admin.listen: cannot listen on " + host + ":" + port + ": " + rootMessage(e)
                            + "; stop what uses it or set another port, -D replicator.admin.listen=" + host + ":0"
                            + " takes any free one",
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
     * Answers from now on.
     *
     * @param pages by path
     */
    public void serve(Map<String, Page> pages) {
        server.setHandler(new Pages(pages));
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("the admin server does not start", e);
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
            LOG.warn("The admin server did not stop in good order.", e);
        }
    }
}
