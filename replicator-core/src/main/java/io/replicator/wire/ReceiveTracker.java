package io.replicator.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.network.ChannelState;
import org.apache.kafka.common.network.NetworkReceive;
import org.apache.kafka.common.network.NetworkSend;
import org.apache.kafka.common.network.Selectable;

/**
 * A selector that remembers the buffer of each response of the last poll. {@code NetworkClient} parses a response and drops
 * its buffer, but the batches, which are slices of it, stay in use.
 */
public final class ReceiveTracker implements Selectable {
    private final Selectable selector;
    private final ReceivePool pool;

    /** The buffers of the last poll, by node: a selector completes at most one response of a connection in a poll. */
    private final Map<String, ByteBuffer> received = new HashMap<>();

    /**
     * @param selector receives into the pool
     */
    public ReceiveTracker(Selectable selector, ReceivePool pool) {
        this.selector = selector;
        this.pool = pool;
    }

    /**
     * Takes the buffer of the response to one request.
     *
     * @return {@code null} when that response was not received in the last poll
     */
    ReceiveBuffer claim(String node, int correlationId) {
        ByteBuffer bytes = received.get(node);
        if (bytes == null || bytes.getInt(0) != correlationId) {
            return null;
        }
        received.remove(node);
        return pool.claim(bytes);
    }

    /** Returns the buffers of the last poll that were not claimed: answers other than fetched batches. */
    void releaseUnclaimed() {
        if (!received.isEmpty()) {
            received.values().forEach(pool::release);
            received.clear();
        }
    }

    @Override
    public Collection<NetworkReceive> completedReceives() {
        Collection<NetworkReceive> receives = selector.completedReceives();
        for (NetworkReceive receive : receives) {
            received.put(receive.source(), receive.payload());
        }
        return receives;
    }

    @Override
    public void connect(String id, InetSocketAddress address, int sendBufferSize, int receiveBufferSize)
            throws IOException {
        selector.connect(id, address, sendBufferSize, receiveBufferSize);
    }

    @Override
    public void wakeup() {
        selector.wakeup();
    }

    @Override
    public void close() {
        selector.close();
    }

    @Override
    public void close(String id) {
        selector.close(id);
    }

    @Override
    public void send(NetworkSend send) {
        selector.send(send);
    }

    @Override
    public void poll(long timeout) throws IOException {
        selector.poll(timeout);
    }

    @Override
    public List<NetworkSend> completedSends() {
        return selector.completedSends();
    }

    @Override
    public Map<String, ChannelState> disconnected() {
        return selector.disconnected();
    }

    @Override
    public List<String> connected() {
        return selector.connected();
    }

    @Override
    public void mute(String id) {
        selector.mute(id);
    }

    @Override
    public void unmute(String id) {
        selector.unmute(id);
    }

    @Override
    public void muteAll() {
        selector.muteAll();
    }

    @Override
    public void unmuteAll() {
        selector.unmuteAll();
    }

    @Override
    public boolean isChannelReady(String id) {
        return selector.isChannelReady(id);
    }
}
