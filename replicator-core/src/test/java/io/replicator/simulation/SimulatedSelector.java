package io.replicator.simulation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.network.ChannelState;
import org.apache.kafka.common.network.NetworkReceive;
import org.apache.kafka.common.network.NetworkSend;
import org.apache.kafka.common.network.Selectable;
import org.apache.kafka.common.network.TransferableChannel;

/**
 * A client's sockets, simulated: bytes leave in pieces, responses arrive in pieces, and stay outside while the memory pool
 * has no room for them, as Kafka's {@code Selector} does it.
 */
final class SimulatedSelector implements Selectable {
    private static final int RECONNECT_MILLIS = 50;

    private final SimulatedCluster cluster;
    private final MemoryPool pool;
    private final Faults faults;
    private final Map<String, Channel> channels = new LinkedHashMap<>();
    private final Map<String, Long> failedMillis = new HashMap<>();
    private final List<NetworkSend> completedSends = new ArrayList<>();
    private final List<NetworkReceive> completedReceives = new ArrayList<>();
    private final Map<String, ChannelState> disconnected = new LinkedHashMap<>();
    private final List<String> connected = new ArrayList<>();
    private boolean outOfMemory;

    /** One connection's near end. */
    private static final class Channel implements TransferableChannel {
        final int broker;
        final long connectMillis;
        SimulatedLink link;
        NetworkSend send;
        ByteBuffer written;
        int budget;
        ByteBuffer receiving;
        boolean starved;

        Channel(int broker, long connectMillis) {
            this.broker = broker;
            this.connectMillis = connectMillis;
        }

        @Override
        public int write(ByteBuffer source) {
            int count = Math.min(budget, source.remaining());
            written.put(written.position(), source, source.position(), count);
            written.position(written.position() + count);
            source.position(source.position() + count);
            budget -= count;
            return count;
        }

        @Override
        public long write(ByteBuffer[] sources) {
            return write(sources, 0, sources.length);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            long count = 0;
            for (int i = offset; i < offset + length; i++) {
                count += write(sources[i]);
            }
            return count;
        }

        @Override
        public boolean hasPendingWrites() {
            return false;
        }

        @Override
        public long transferFrom(FileChannel file, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    SimulatedSelector(SimulatedCluster cluster, MemoryPool pool, Faults faults) {
        this.cluster = cluster;
        this.pool = pool;
        this.faults = faults;
    }

    /** Whether a node whose connection broke may be connected to again. */
    boolean mayConnect(String id) {
        Long failed = failedMillis.get(id);
        return failed == null || cluster.nowMillis() - failed >= RECONNECT_MILLIS;
    }

    @Override
    public void connect(String id, InetSocketAddress address, int sendBufferSize, int receiveBufferSize) {
        channels.put(id, new Channel(cluster.brokerAt(address.getPort()), cluster.nowMillis() + faults.upTo(20)));
    }

    @Override
    public void poll(long timeout) throws IOException {
        completedSends.clear();
        completedReceives.clear();
        disconnected.clear();
        connected.clear();
        if (outOfMemory && !pool.isOutOfMemory()) {
            outOfMemory = false;
            channels.values().forEach(channel -> channel.starved = false);
        }
        for (Iterator<Map.Entry<String, Channel>> each = channels.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<String, Channel> entry = each.next();
            ChannelState end = poll(entry.getKey(), entry.getValue());
            if (end != null) {
                each.remove();
                closed(entry.getKey(), entry.getValue());
                disconnected.put(entry.getKey(), end);
            }
        }
    }

    /** The state that a connection ended in, {@code null} when it lives. */
    private ChannelState poll(String id, Channel channel) throws IOException {
        if (channel.link == null) {
            return connectOn(id, channel);
        }
        if (channel.link.closedByBroker) {
            return ChannelState.READY;
        }
        if (channel.send != null) {
            write(channel);
        }
        SimulatedLink.Response response = channel.link.responses.peek();
        if (response != null && response.arrivesMillis() <= cluster.nowMillis() && !channel.starved) {
            receive(id, channel, response.bytes());
        }
        return null;
    }

    private ChannelState connectOn(String id, Channel channel) {
        if (channel.connectMillis > cluster.nowMillis()) {
            return null;
        }
        if (!cluster.isUp(channel.broker)) {
            return ChannelState.NOT_CONNECTED;
        }
        channel.link = cluster.accept(channel.broker, this);
        connected.add(id);
        return null;
    }

    private void write(Channel channel) throws IOException {
        channel.budget = faults.strike(4) ? 1 + faults.pick(200) : Integer.MAX_VALUE;
        channel.send.writeTo(channel);
        if (channel.send.completed()) {
            completedSends.add(channel.send);
            channel.send = null;
            cluster.arrive(channel.link, channel.written.flip().position(Integer.BYTES));
            channel.written = null;
        }
    }

    private void receive(String id, Channel channel, ByteBuffer bytes) {
        if (channel.receiving == null) {
            channel.receiving = pool.tryAllocate(bytes.remaining());
            if (channel.receiving == null) {
                outOfMemory = true;
                channel.starved = true;
                return;
            }
            if (faults.strike(3)) {
                // The rest of it comes later.
                return;
            }
        }
        channel.receiving.put(0, bytes, bytes.position(), bytes.remaining());
        completedReceives.add(new NetworkReceive(id, channel.receiving.rewind()));
        channel.receiving = null;
        cluster.heard(channel.link.responses.poll());
        channel.link.unanswered.poll();
    }

    private void closed(String id, Channel channel) {
        failedMillis.put(id, cluster.nowMillis());
        if (channel.receiving != null) {
            pool.release(channel.receiving);
        }
        if (channel.link != null) {
            channel.link.closedByClient = true;
        }
    }

    @Override
    public void send(NetworkSend send) {
        Channel channel = channels.get(send.destinationId());
        if (channel.send != null) {
            throw new IllegalStateException("a send before the one before it was written");
        }
        channel.send = send;
        channel.written = ByteBuffer.allocate((int) send.size());
    }

    @Override
    public List<NetworkSend> completedSends() {
        return completedSends;
    }

    @Override
    public Collection<NetworkReceive> completedReceives() {
        return completedReceives;
    }

    @Override
    public Map<String, ChannelState> disconnected() {
        return disconnected;
    }

    @Override
    public List<String> connected() {
        return connected;
    }

    @Override
    public boolean isChannelReady(String id) {
        Channel channel = channels.get(id);
        return channel != null && channel.link != null;
    }

    @Override
    public void close(String id) {
        Channel channel = channels.remove(id);
        if (channel != null) {
            closed(id, channel);
        }
    }

    @Override
    public void close() {
        List.copyOf(channels.keySet()).forEach(this::close);
    }

    /** The process dies: what it has sent is on its way, and nobody reads what comes back. */
    void abandon() {
        for (Channel channel : channels.values()) {
            if (channel.link != null) {
                channel.link.closedByClient = true;
            }
        }
    }

    @Override
    public void wakeup() {
        // Nobody waits in a simulation.
    }

    @Override
    public void mute(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void unmute(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void muteAll() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void unmuteAll() {
        throw new UnsupportedOperationException();
    }
}
