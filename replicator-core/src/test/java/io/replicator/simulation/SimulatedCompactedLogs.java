package io.replicator.simulation;

import io.replicator.cluster.ClusterError;
import io.replicator.cluster.CompactedTopic;
import io.replicator.cluster.CompactedTopics;
import io.replicator.cluster.LogEntry;
import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.UnavailableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;

/**
 * The compacted topics of a simulated cluster, in the form that their clients see: every append that returned is durable, one
 * that failed may be written in part, and a record that a later one of the same key replaces may be gone.
 */
final class SimulatedCompactedLogs {
    private final Map<String, List<Stored>> logs = new TreeMap<>();
    private final Map<String, Integer> partitions = new TreeMap<>();
    private final String cluster;
    private final Faults faults;

    /** What readers are shown in place of a value, by key and value. */
    BinaryOperator<byte[]> shown = (key, value) -> value;

    private record Stored(long offset, LogEntry entry) {}

    SimulatedCompactedLogs(String cluster, Faults faults) {
        this.cluster = cluster;
        this.faults = faults;
    }

    void create(String topic, int count) {
        logs.putIfAbsent(topic, new ArrayList<>());
        partitions.putIfAbsent(topic, count);
    }

    int partitions(String topic) {
        return partitions.get(topic);
    }

    Set<String> names() {
        return logs.keySet();
    }

    /** Removes every record that a later one of its key replaces, but the latest one. */
    void compact(String topic) {
        List<Stored> log = logs.getOrDefault(topic, List.of());
        Set<ByteBuffer> later = new HashSet<>();
        for (int i = log.size() - 1; i >= 0; i--) {
            boolean isLatest = later.add(ByteBuffer.wrap(log.get(i).entry().key()));
            if (!isLatest && i < log.size() - 1) {
                log.remove(i);
            }
        }
    }

    /** The latest value of a key. */
    Optional<byte[]> latest(String topic, byte[] key) {
        List<Stored> log = logs.getOrDefault(topic, List.of());
        for (int i = log.size() - 1; i >= 0; i--) {
            if (Arrays.equals(log.get(i).entry().key(), key)) {
                return Optional.ofNullable(log.get(i).entry().value());
            }
        }
        return Optional.empty();
    }

    /** What one process opens. */
    CompactedTopics open(SimulatedProcess process) {
        return new CompactedTopics() {
            @Override
            public CompactedTopic topic(String name) {
                return new Topic(name, process);
            }

            @Override
            public void connect() {
                // Nobody needs to connect.
            }

            @Override
            public void close() {
                // Nothing is kept open.
            }
        };
    }

    private UnavailableException unavailable(String what, String topic) {
        return new UnavailableException(
                UnavailableException.Reason.UNREACHABLE,
                ClusterError.OTHER,
                "cluster " + cluster + " does not answer " + what + " of topic " + topic);
    }

    private final class Topic implements CompactedTopic {
        private final String name;
        private final SimulatedProcess process;

        Topic(String name, SimulatedProcess process) {
            this.name = name;
            this.process = process;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void append(List<LogEntry> entries) {
            append(entries, 0);
        }

        @Override
        public void append(List<LogEntry> entries, long timestampMillis) {
            List<Stored> log = logs.get(name);
            if (log == null) {
                throw unavailable("WRITE", name);
            }
            int written = faults.strike(20) ? faults.pick(entries.size() + 1) : entries.size() + 1;
            for (LogEntry entry : entries) {
                if (written-- == 0) {
                    throw unavailable("WRITE", name);
                }
                process.step();
                log.add(new Stored(end(log), entry));
            }
            if (written == 0) {
                throw unavailable("WRITE", name); // All of it is written, and nobody heard.
            }
        }

        private long end(List<Stored> log) {
            return log.isEmpty() ? 0 : log.get(log.size() - 1).offset() + 1;
        }

        @Override
        public long read(long from, EntryReader reader) {
            process.step();
            List<Stored> log = logs.getOrDefault(name, List.of());
            long fails = faults.strike(30) ? faults.pick(log.size() + 1) : Long.MAX_VALUE;
            for (Stored stored : List.copyOf(log)) {
                if (fails-- == 0) {
                    throw unavailable("READ", name);
                }
                if (stored.offset() >= from) {
                    reader.accept(
                            stored.offset(),
                            stored.entry().key(),
                            shown.apply(stored.entry().key(), stored.entry().value()));
                }
            }
            return end(log);
        }

        @Override
        public void readAll(Consumer<ReadRecord> reader) {
            throw new AssertionError("nobody reads whole records of " + name);
        }

        @Override
        public long start() {
            return 0;
        }
    }
}
