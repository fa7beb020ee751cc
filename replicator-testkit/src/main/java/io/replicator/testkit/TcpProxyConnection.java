package io.replicator.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One connection through a proxy: two sockets, and for each direction a reader and a writer with a queue between. */
final class TcpProxyConnection {
    private static final int PIECE_BYTES = 64 << 10;
    /** What a direction may hold under way: 64 MiB, a gigabit line a long way off. */
    private static final int PIECES = 1024;

    private final Socket client;
    private final Socket server;
    private final TcpLine line;
    private final Consumer<TcpProxyConnection> onEnd;
    private List<Thread> threads = List.of();

    TcpProxyConnection(Socket client, Socket server, TcpLine line, Consumer<TcpProxyConnection> onEnd) {
        this.client = client;
        this.server = server;
        this.line = line;
        this.onEnd = onEnd;
    }

    synchronized void start(int port) throws IOException {
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Direction there = new Direction(client, server);
        Direction back = new Direction(server, client);
        threads = List.of(
                new Thread(there::read, "tcp-proxy-" + port + "-in"),
                new Thread(there::write, "tcp-proxy-" + port + "-to-target"),
                new Thread(back::read, "tcp-proxy-" + port + "-from-target"),
                new Thread(back::write, "tcp-proxy-" + port + "-out"));
        threads.forEach(thread -> {
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** Closes both ends with a reset; what is under way is lost. */
    void reset() {
        for (Socket socket : List.of(client, server)) {
            try (socket) {
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // Closed already, which is what we want.
            }
        }
        synchronized (this) {
            threads.forEach(Thread::interrupt);
        }
        onEnd.accept(this);
    }

    /** A piece of the stream, and when it may arrive; empty at the end of the stream. */
    private static final class Piece {
        private final long dueNanos;
        private final byte[] bytes;

        Piece(long dueNanos, byte[] bytes) {
            this.dueNanos = dueNanos;
            this.bytes = bytes;
        }
    }

    /** The way from one socket to the other. */
    private final class Direction {
        private final Socket from;
        private final Socket to;
        private final BlockingQueue<Piece> underWay = new ArrayBlockingQueue<>(PIECES);

        Direction(Socket from, Socket to) {
            this.from = from;
            this.to = to;
        }

        void read() {
            byte[] buffer = new byte[PIECE_BYTES];
            try {
                InputStream in = from.getInputStream();
                int length = in.read(buffer);
                while (length > 0) {
                    underWay.put(new Piece(line.dueNanos(), Arrays.copyOf(buffer, length)));
                    length = in.read(buffer);
                }
                underWay.put(new Piece(line.dueNanos(), new byte[0]));
            } catch (IOException | InterruptedException e) {
                reset();
            }
        }

        void write() {
            try {
                OutputStream out = to.getOutputStream();
                Piece piece = arrived();
                while (piece.bytes.length > 0) {
                    out.write(piece.bytes);
                    piece = arrived();
                }
                to.shutdownOutput();
                if (from.isOutputShutdown()) {
                    // Both directions have ended in peace.
                    reset();
                }
            } catch (IOException | InterruptedException e) {
                reset();
            }
        }

        private Piece arrived() throws InterruptedException {
            Piece piece = underWay.take();
            TimeUnit.NANOSECONDS.sleep(piece.dueNanos - System.nanoTime());
            line.awaitFlow();
            return piece;
        }
    }
}
