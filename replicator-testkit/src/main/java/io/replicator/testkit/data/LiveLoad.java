package io.replicator.testkit.data;

import io.replicator.testkit.KafkaCluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Records that keep coming, at a pace, on a thread of their own, until they are told to stop. Each bears a {@link Stamp}.
 * The brokers may die meanwhile: what cannot be written is tried for minutes, in order and without doubles (Kafka's
 * idempotent producer), and what could not be written at all is told at the end.
 */
public final class LiveLoad {
    private static final int PATIENCE_MILLIS = 300_000;
    private static final int REQUEST_MILLIS = 10_000;
    private static final int TRANSACTION_PRODUCERS = 3;
    private static final int MAX_IN_TRANSACTION = 60;

    /** Some transactions stay open for a while, and hold the last stable offset back. */
    private static final double SLOW_SHARE = 0.1;

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Later than this, a load does not run after its time any more. */
    private static final long MAX_LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Map<String, Object> clientProperties;
    private final String topic;
    private RecordShape records = RecordShape.values(100, 500);
    private BatchShape batches = BatchShape.of(Codec.NONE);
    private int recordsPerSecond = 1_000;
    private double abortShare = -1;
    private long seed = 1;

    private LiveLoad(Map<String, Object> clientProperties, String topic) {
        this.clientProperties = Map.copyOf(clientProperties);
        this.topic = topic;
    }

    /** A load for a topic that exists. */
    public static LiveLoad to(KafkaCluster cluster, String topic) {
        return new LiveLoad(cluster.adminProperties(), topic);
    }

    /** What the records look like; half-compressible values of 100 to 500 bytes by default. */
    public LiveLoad records(RecordShape shape) {
        this.records = shape;
        return this;
    }

    /** How they are packed; uncompressed as Kafka's producer does by default. */
    public LiveLoad batches(BatchShape shape) {
        this.batches = shape;
        return this;
    }

    /** How many, in all partitions together; 1,000 by default. */
    public LiveLoad recordsPerSecond(int count) {
        this.recordsPerSecond = count;
        return this;
    }

    /** In transactions of several producers side by side, of which this share is aborted. */
    public LiveLoad transactions(double aborted) {
        this.abortShare = aborted;
        return this;
    }

    /** Which records, and which transactions are aborted. */
    public LiveLoad seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** Lets them flow from now on. */
    public Running start() {
        return new Running(this);
    }

    private Writing writing(Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(batches.producerProperties());
        properties.put("acks", "all");
        properties.put("delivery.timeout.ms", PATIENCE_MILLIS);
        properties.put("max.block.ms", PATIENCE_MILLIS);
        properties.put("request.timeout.ms", REQUEST_MILLIS);
        properties.putAll(more);
        return new Writing(clientProperties, properties, topic);
    }

    /** A load that runs. */
    public static final class Running implements AutoCloseable {
        private final LiveLoad load;
        private final RecordGenerator generator;
        private final SplittableRandom random;
        private final Map<Integer, Long> sequences = new HashMap<>();
        private final ExecutorService thread;
        private final Future<?> work;
        private volatile boolean stopped;
        private final AtomicLong written = new AtomicLong();

        private Running(LiveLoad load) {
            this.load = load;
            this.generator = new RecordGenerator(load.records, load.seed);
            this.random = new SplittableRandom(load.seed);
            this.thread = Executors.newSingleThreadExecutor(work -> {
                Thread made = new Thread(work, "load-" + load.topic);
                made.setDaemon(true);
                return made;
            });
            Runnable writing = load.abortShare < 0 ? this::write : this::writeTransactions;
            this.work = thread.submit(writing);
        }

        /** How many records were sent so far, committed or not. */
        public long written() {
            return written.get();
        }

        /** Ends the load, and fails if a single record was not acknowledged; returns how many were sent. */
        public long stop() {
            stopped = true;
            try {
                work.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                return written.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the load of " + load.topic + " ended", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("the load of " + load.topic + " failed", e.getCause());
            } catch (TimeoutException e) {
                throw new IllegalStateException("the load of " + load.topic + " does not end", e);
            } finally {
                thread.shutdownNow();
            }
        }

        /** Ends the load at once, whatever becomes of its last records. */
        @Override
        public void close() {
            stopped = true;
            thread.shutdownNow();
        }

        private void write() {
            try (Writing writing = load.writing(Map.of("enable.idempotence", true))) {
                Pace pace = new Pace(load.recordsPerSecond);
                while (!stopped) {
                    int due = pace.awaitDue();
                    for (int i = 0; i < due; i++) {
                        send(writing);
                    }
                }
                writing.flush();
            }
        }

        private void writeTransactions() {
            List<Writing> producers = new ArrayList<>();
            try {
                for (int i = 0; i < TRANSACTION_PRODUCERS; i++) {
                    Writing writing = load.writing(Map.of("transactional.id", "live-" + load.topic + "-" + i));
                    producers.add(writing);
                    writing.producer().initTransactions();
                }
                Pace pace = new Pace(load.recordsPerSecond);
                while (!stopped) {
                    round(producers, pace);
                }
            } finally {
                producers.forEach(Writing::close);
            }
        }

        /** Each producer has a transaction open, and all write in turns; then each commits or aborts. */
        private void round(List<Writing> producers, Pace pace) {
            producers.forEach(writing -> writing.producer().beginTransaction());
            int left = random.nextInt(1, MAX_IN_TRANSACTION) * producers.size();
            while (left > 0) {
                int due = Math.min(left, pace.awaitDue());
                for (int i = 0; i < due; i++) {
                    send(producers.get(random.nextInt(producers.size())));
                }
                left -= due;
            }
            // All have reached the log before the first marker does.
            producers.forEach(Writing::flush);
            if (random.nextDouble() < SLOW_SHARE) {
                LockSupport.parkNanos(SLOW_NANOS);
            }
            for (Writing writing : producers) {
                if (random.nextDouble() < load.abortShare) {
                    writing.producer().abortTransaction();
                } else {
                    writing.producer().commitTransaction();
                }
            }
        }

        private void send(Writing writing) {
            RecordContent content = generator.next();
            int partition = writing.partitionOf(content);
            long sequence = sequences.merge(partition, 1L, Long::sum) - 1;
            List<HeaderContent> headers = new ArrayList<>(content.headers());
            headers.add(Stamp.header(partition, sequence, content));
            writing.send(new RecordContent(content.timestamp(), content.key(), content.value(), headers));
            written.incrementAndGet();
        }
    }

    /** How many records are due, turn by turn. */
    private static final class Pace {
        private final long nanosEach;
        private long dueNanos = System.nanoTime();

        Pace(int perSecond) {
            this.nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
        }

        /** Waits a moment; returns how many are due since the last call. */
        int awaitDue() {
            LockSupport.parkNanos(TURN_NANOS);
            long nowNanos = System.nanoTime();
            dueNanos = Math.max(dueNanos, nowNanos - MAX_LATE_NANOS);
            int due = (int) ((nowNanos - dueNanos) / nanosEach);
            dueNanos += due * nanosEach;
            return due;
        }
    }
}
