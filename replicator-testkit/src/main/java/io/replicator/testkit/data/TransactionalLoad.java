package io.replicator.testkit.data;

import io.replicator.testkit.KafkaCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes transactions of several producers, interleaved: in every round each producer has one open, all write in turns,
 * then each commits or aborts.
 */
public final class TransactionalLoad {
    private final Map<String, Object> clientProperties;
    private final String topic;
    private RecordShape records = RecordShape.values(256);
    private BatchShape batches = BatchShape.of(Codec.NONE);
    private int producers = 2;
    private int recordsEach = 10;
    private double abortShare = 0.5;
    private long seed = 1;

    private TransactionalLoad(Map<String, Object> clientProperties, String topic) {
        this.clientProperties = Map.copyOf(clientProperties);
        this.topic = topic;
    }

    /** A load for a topic that exists. */
    public static TransactionalLoad to(KafkaCluster cluster, String topic) {
        return new TransactionalLoad(cluster.adminProperties(), topic);
    }

    /** What the records look like. */
    public TransactionalLoad records(RecordShape shape) {
        this.records = shape;
        return this;
    }

    /** How they are packed. */
    public TransactionalLoad batches(BatchShape shape) {
        this.batches = shape;
        return this;
    }

    /** How many producers write side by side; 2 by default. */
    public TransactionalLoad producers(int count) {
        this.producers = count;
        return this;
    }

    /** How many records each transaction has; 10 by default. */
    public TransactionalLoad recordsEach(int count) {
        this.recordsEach = count;
        return this;
    }

    /** How likely a transaction is aborted, 0 to 1; half by default. */
    public TransactionalLoad abortShare(double share) {
        this.abortShare = share;
        return this;
    }

    /** Which records, and which transactions are aborted. */
    public TransactionalLoad seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** Writes so many rounds; returns the records that were committed, in the order their transactions wrote them. */
    public List<RecordContent> write(int rounds) {
        SplittableRandom random = new SplittableRandom(seed);
        RecordGenerator generator = new RecordGenerator(records, seed);
        List<RecordContent> committed = new ArrayList<>();
        List<Writing> open = new ArrayList<>();
        try {
            for (int i = 0; i < producers; i++) {
                open.add(transactional("load-" + topic + "-" + i));
            }
            for (int round = 0; round < rounds; round++) {
                committed.addAll(round(open, generator, random));
            }
        } finally {
            open.forEach(Writing::close);
        }
        return committed;
    }

    /** Writes one transaction, acknowledged and neither committed nor aborted until told so. */
    public OpenTransaction open() {
        Writing writing = transactional("open-" + topic + "-" + seed);
        try {
            writing.producer().beginTransaction();
            new RecordGenerator(records, seed).next(recordsEach).forEach(writing::send);
            writing.flush();
            return new OpenTransaction(writing);
        } catch (RuntimeException e) {
            writing.close();
            throw e;
        }
    }

    private List<RecordContent> round(List<Writing> open, RecordGenerator generator, SplittableRandom random) {
        List<List<RecordContent>> written = new ArrayList<>();
        for (Writing writing : open) {
            writing.producer().beginTransaction();
            written.add(new ArrayList<>());
        }
        for (int i = 0; i < recordsEach; i++) {
            for (int producer = 0; producer < open.size(); producer++) {
                RecordContent content = generator.next();
                open.get(producer).send(content);
                written.get(producer).add(content);
            }
        }
        // All have reached the log before the first marker does.
        open.forEach(Writing::flush);
        List<RecordContent> committed = new ArrayList<>();
        for (int producer = 0; producer < open.size(); producer++) {
            if (random.nextDouble() < abortShare) {
                open.get(producer).producer().abortTransaction();
            } else {
                open.get(producer).producer().commitTransaction();
                committed.addAll(written.get(producer));
            }
        }
        return committed;
    }

    private Writing transactional(String id) {
        Map<String, Object> more = new HashMap<>(batches.producerProperties());
        more.put("transactional.id", id);
        Writing writing = new Writing(clientProperties, more, topic);
        try {
            writing.producer().initTransactions();
            return writing;
        } catch (RuntimeException e) {
            writing.close();
            throw e;
        }
    }

    /**
     * A transaction left hanging: it holds the last stable offset back until it ends. Closing aborts it; {@link #abandon()}
     * leaves it to the broker's timeout, as a producer that died would.
     */
    public static final class OpenTransaction implements AutoCloseable {
        private final Writing writing;
        private boolean ended;

        private OpenTransaction(Writing writing) {
            this.writing = writing;
        }

        /** Makes the records visible to everybody. */
        public void commit() {
            ended = true;
            writing.producer().commitTransaction();
        }

        /** Makes the records invisible to {@code read_committed} consumers. */
        public void abort() {
            ended = true;
            writing.producer().abortTransaction();
        }

        /** Goes without a word. */
        public void abandon() {
            ended = true;
            writing.producer().close(Duration.ZERO);
        }

        @Override
        public void close() {
            if (!ended) {
                abort();
            }
            writing.close();
        }
    }
}
