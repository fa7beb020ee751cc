package io.replicator.offsets;

import io.replicator.agent.Interruption;
import io.replicator.config.FlowConfig;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A flow's durable progress: a compacted topic on the target, so that an instance can be lost at any moment.
 *
 * <p>One thread, the flow's control thread: it may block here up to the timeout, the data's way goes on meanwhile. What
 * could not be saved is kept and written with the next save, so a snapshot that was handed over once is never lost while
 * this object lives.
 */
public final class OffsetLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetLog.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int MISSES_TO_BELIEVE = 3;

    private final FlowConfig flow;
    private final Duration timeout;
    private final TopicPartition log;
    private final Map<TopicPartition, Progress> unsaved = new LinkedHashMap<>();
    private final SavedSpans spans = new SavedSpans();
    private final OffsetLogContents contents;

    /** Why records were not understood, the last of their keys, in the order of the log. */
    private final Map<ByteBuffer, OffsetLogException> unreadable = new LinkedHashMap<>();

    private Producer<byte[], byte[]> producer;
    private Consumer<byte[], byte[]> consumer;

    /** Of the topic as it was first seen, zero before that and where brokers have no topic ids. */
    private Uuid topicId = Uuid.ZERO_UUID;

    /** How often in a row the topic was not there: a broker that just started may not know it yet. */
    private int missed;

    /** Up to where the log was read. */
    private long readOffset;

    /**
     * Connects to nothing yet.
     *
     * @param timeout of each call
     */
    public OffsetLog(FlowConfig flow, Duration timeout) {
        this.flow = flow;
        this.timeout = timeout;
        this.log = new TopicPartition(flow.offsetsTopic(), 0);
        this.contents = new OffsetLogContents(log.topic());
    }

    /**
     * Creates the topic, or checks that the one there keeps progress. Called before the topic that instances share is made:
     * where that one is, this one was.
     *
     * @param target of the flow's target
     * @throws OffsetLogException when it cannot be created, or would forget, or was there and is no more
     */
    public void ensureTopic(Admin target) throws InterruptedException {
        OffsetLogTopic topic = new OffsetLogTopic(flow, timeout);
        boolean hasRun = topic.hasRun(target);
        if (hasRun && topic.find(target).isEmpty()) {
            missed++;
            throw missing(missed < MISSES_TO_BELIEVE);
        }
        missed = 0;
        topic.ensure(target);
    }

    private OffsetLogException missing(boolean isTransient) {
        return new OffsetLogException(
                named(flow) + ", which keeps the flow's progress, is missing, but " + flow.ownershipTopic()
                        + " shows that the flow has run: it would begin where topics.start says, and copy again or leave out"
                        + " what it has copied. Restore the topic. To begin anew on purpose delete "
                        + flow.ownershipTopic()
                        + " as well, or give the flow another name",
                null,
                isTransient);
    }

    /**
     * Checks that the topic is the one that was there when this was first called.
     *
     * @throws OffsetLogException when it was deleted meanwhile: what others saved there is gone, and what this instance
     *     knows is not all there was
     */
    public void requireTopic(Admin target) throws InterruptedException {
        Optional<Uuid> found = new OffsetLogTopic(flow, timeout).find(target);
        missed = found.isPresent() ? 0 : missed + 1;
        if (missed >= MISSES_TO_BELIEVE) {
            throw deleted("");
        }
        Uuid now = found.orElse(topicId);
        if (!topicId.equals(Uuid.ZERO_UUID) && !topicId.equals(now)) {
            throw deleted(" and created again");
        }
        topicId = now;
    }

    /** Whether the topic is the one that {@link #requireTopic} knows; false where nobody can tell. */
    public boolean isSameTopic(Admin target) throws InterruptedException {
        boolean isKnown = !topicId.equals(Uuid.ZERO_UUID);
        return isKnown && new OffsetLogTopic(flow, timeout).find(target).equals(Optional.of(topicId));
    }

    private OffsetLogException deleted(String more) {
        return OffsetLogException.refused(named(flow) + ", which keeps the flow's progress, was deleted" + more
                + " while the flow ran: nobody knows any more what was copied. Restore the topic. To begin anew on purpose,"
                + " where topics.start says, delete " + flow.ownershipTopic()
                + " as well, or give the flow another name");
    }

    /**
     * Writes progress, and what earlier saves could not write. Returns when all of it is on every in-sync replica. Runs
     * are durable before the progress that counts them is sent, and that before anything is forgotten that it does without.
     *
     * @throws OffsetLogException when anything may not be durable; the next save, of no progress even, tries again
     */
    public void save(List<Progress> progress) throws InterruptedException {
        for (Progress each : progress) {
            unsaved.merge(each.pair().source(), each, Progress::withUnsaved);
        }
        List<LogRecord> runs = new ArrayList<>();
        List<LogRecord> positions = new ArrayList<>();
        List<LogRecord> tombstones = new ArrayList<>();
        for (Progress each : unsaved.values()) {
            TopicPartition source = each.pair().source();
            spans.write(each);
            runs.addAll(ProgressRecords.runs(each));
            positions.add(ProgressRecords.progress(each));
            tombstones.addAll(ProgressRecords.tombstones(each, spans.first(source), spans.end(source)));
        }
        write(runs);
        write(positions);
        write(tombstones);
        unsaved.values().forEach(spans::forgot);
        unsaved.clear();
    }

    /** Whether a save failed and is to be tried again. */
    public boolean hasUnsaved() {
        return !unsaved.isEmpty();
    }

    /** Drops what could not be saved of a shard that another instance owns now. */
    public void forgetUnsaved(int shard) {
        unsaved.values().removeIf(progress -> progress.writer().shard() == shard);
    }

    /** Writes who owns shards; durable when it returns. */
    public void saveOwners(Collection<ShardOwner> owners) throws InterruptedException {
        write(owners.stream()
                .map(owner -> new LogRecord(OffsetLogFormat.shardKey(owner.shard()), OffsetLogFormat.shardValue(owner)))
                .toList());
    }

    /** Writes who owns a shard. */
    public void save(ShardOwner owner) throws InterruptedException {
        saveOwners(List.of(owner));
    }

    /** Writes between which clusters the flow copies. */
    public void save(FlowEnds ends) throws InterruptedException {
        write(List.of(new LogRecord(OffsetLogFormat.flowKey(), OffsetLogFormat.flowValue(ends))));
    }

    /** Writes what the flow says of topics of its target, by their names there; durable when it returns. */
    public void saveClaims(Map<String, TopicClaim> claims) throws InterruptedException {
        List<LogRecord> records = new ArrayList<>();
        claims.forEach((targetTopic, claim) ->
                records.add(new LogRecord(OffsetLogFormat.topicKey(targetTopic), OffsetLogFormat.topicValue(claim))));
        write(records);
    }

    /** Forgets partitions whose topic left the flow, by tombstones: progress first, for runs mean nothing without. */
    public void remove(Collection<TopicPartition> sources) throws InterruptedException {
        List<LogRecord> positions = new ArrayList<>();
        List<LogRecord> chunks = new ArrayList<>();
        for (TopicPartition source : sources) {
            unsaved.remove(source);
            positions.add(new LogRecord(OffsetLogFormat.progressKey(source), null));
            Set<CoarseRuns.Key> coarse = new HashSet<>(contents.coarse(source));
            coarse.addAll(spans.coarse(source));
            chunks.addAll(ProgressRecords.tombstones(source, spans.first(source), spans.end(source), coarse));
        }
        write(positions);
        write(chunks);
        sources.forEach(spans::remove);
    }

    private void write(List<LogRecord> records) throws InterruptedException {
        if (records.isEmpty()) {
            return;
        }
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        AtomicReference<Exception> failure = new AtomicReference<>();
        List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
        try {
            for (LogRecord record : records) {
                requireGoing(failure, deadlineNanos);
                ProducerRecord<byte[], byte[]> sending =
                        new ProducerRecord<>(log.topic(), log.partition(), record.key(), record.value());
                sent.add(producer().send(sending, (ignored, e) -> failure.compareAndSet(null, e)));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (ExecutionException e) {
            throw cannotSave(e.getCause());
        } catch (TimeoutException e) {
            throw cannotSave(e);
        } catch (InterruptException e) {
            throw Interruption.of(e);
        } catch (KafkaException e) {
            throw cannotSave(e);
        }
    }

    /** Each send may block: one that failed must not be followed by thousands that do. */
    private void requireGoing(AtomicReference<Exception> failure, long deadlineNanos) throws TimeoutException {
        if (failure.get() != null) {
            throw cannotSave(failure.get());
        }
        if (System.nanoTime() - deadlineNanos > 0) {
            throw new TimeoutException("not written within " + timeout);
        }
    }

    private Producer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = OffsetLogClients.producer(flow, timeout);
        }
        return producer;
    }

    private OffsetLogException cannotSave(Throwable cause) {
        OffsetLogException failed =
                failed("progress cannot be saved in " + named(flow) + remedy(cause, "Write"), cause);
        if (!(cause instanceof RetriableException || cause instanceof TimeoutException)) {
            closeProducer(); // Some errors stay with a producer: the next save begins with a new one.
        }
        return failed;
    }

    /**
     * Reads the log as far as it stood when this began, and says what all of it holds.
     *
     * @return an empty state when the topic does not exist
     * @throws OffsetLogException when it cannot be read, or holds what this version does not understand
     */
    public SavedState load() throws InterruptedException {
        refresh();
        SavedState state = contents.state();
        if (contents.isEmpty() && readOffset > 0) {
            requireNothingDeleted();
        }
        warnOfOddities(state);
        return state;
    }

    /**
     * Reads on from where the last call stood, so that what other instances saved is known. Costs what was saved since.
     *
     * @throws OffsetLogException when it cannot be read, or holds what this version does not understand
     */
    public void refresh() throws InterruptedException {
        try {
            if (consumer == null) {
                consumer = OffsetLogClients.consumer(flow);
                consumer.assign(List.of(log));
                consumer.seek(log, readOffset);
            }
            if (readOffset > 0 || !consumer.partitionsFor(log.topic(), timeout).isEmpty()) {
                read();
            }
        } catch (InterruptException e) {
            throw Interruption.of(e);
        } catch (KafkaException e) {
            readAnew(e);
            throw failed("progress cannot be read from " + named(flow) + remedy(e, "Read"), e);
        }
        for (TopicPartition source : contents.partitions()) {
            spans.haveRead(source, contents.firstChunk(source), contents.chunksEnd(source));
        }
    }

    /**
     * The next read begins where this one ended. A consumer that only got no answer is kept: a new one could not even be made
     * while no bootstrap server has an address.
     */
    private void readAnew(KafkaException failure) {
        if (consumer != null && failure instanceof RetriableException) {
            consumer.seek(log, readOffset);
        } else {
            closeConsumer();
        }
    }

    /** Compaction keeps what was said last, and leaves the log's beginning where it is. */
    private void requireNothingDeleted() throws InterruptedException {
        try {
            long start = consumer.beginningOffsets(List.of(log), timeout).get(log);
            if (start > 0) {
                throw OffsetLogException.refused(named(flow)
                        + ", which keeps the flow's progress, is empty, but has held"
                        + " records up to offset " + start
                        + ": they were deleted. Restore them. To begin anew on purpose"
                        + " delete this topic and " + flow.ownershipTopic() + ", or give the flow another name");
            }
        } catch (InterruptException e) {
            throw Interruption.of(e);
        } catch (KafkaException e) {
            throw failed("progress cannot be read from " + named(flow) + remedy(e, "Read"), e);
        }
    }

    private void read() {
        long end = consumer.endOffsets(List.of(log), timeout).get(log);
        if (end < readOffset) {
            throw OffsetLogException.truncated(named(flow) + " ends at offset " + end + ", but was read up to "
                    + readOffset + ": it was deleted, or truncated as by an unclean leader election; start again to go"
                    + " on with what it holds now");
        }
        long lastMoveNanos = System.nanoTime();
        while (readOffset < end) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                accept(record);
            }
            readOffset = consumer.position(log, timeout);
            long nowNanos = System.nanoTime();
            if (!records.isEmpty()) {
                lastMoveNanos = nowNanos;
            } else if (nowNanos - lastMoveNanos > timeout.toNanos()) {
                throw new OffsetLogException(
                        "progress cannot be read from " + named(flow) + ": nothing came for " + timeout + " at offset "
                                + readOffset + " of " + end,
                        null,
                        true);
            }
        }
        if (!unreadable.isEmpty()) {
            throw unreadable.values().iterator().next();
        }
    }

    /** What cannot be understood counts only if nothing was said later of the same, a tombstone for example. */
    private void accept(ConsumerRecord<byte[], byte[]> record) {
        ByteBuffer key = record.key() == null ? null : ByteBuffer.wrap(record.key());
        try {
            contents.accept(record.offset(), record.key(), record.value());
            unreadable.remove(key);
        } catch (OffsetLogException odd) {
            unreadable.put(key, odd);
        }
    }

    /** The progress of a partition, as last read. */
    public Optional<SavedProgress> progress(TopicPartition source) {
        return contents.progress(source);
    }

    /** Every partition that there is progress of, and where its copy lies, as last read. */
    public Map<TopicPartition, PartitionPair> pairs() {
        return contents.pairs();
    }

    /** A number that is another one when what {@link #progress} says of a partition may be. */
    public long changeOf(TopicPartition source) {
        return contents.changeOf(source);
    }

    /** The source topics that something is known of, and where on the target they were copied to, as last read. */
    public Map<String, String> topics() {
        return contents.topics();
    }

    /** What the flow says of topics of its target, as last read, by their names there. */
    public Map<String, TopicClaim> claims() {
        return contents.claims();
    }

    /** Who owned the shards last, as last read. */
    public Map<Integer, ShardOwner> owners() {
        return contents.owners();
    }

    private void warnOfOddities(SavedState state) {
        if (state.foreignRecords() > 0) {
            LOG.warn(
                    "ignored records that are not ours in the offset log flow={} topic={} records={}",
                    flow.name(),
                    log.topic(),
                    state.foreignRecords());
        }
        List<SavedProgress> damaged = state.partitions().values().stream()
                .filter(saved -> !saved.isWhole())
                .toList();
        if (!damaged.isEmpty()) {
            LOG.warn(
                    "runs are missing in the offset log: copying goes on, older offsets do not translate"
                            + " flow={} topic={} partitions={} first={} what=\"{}\"",
                    flow.name(),
                    log.topic(),
                    damaged.size(),
                    damaged.get(0).pair().source(),
                    damaged.get(0).damage());
        }
    }

    static OffsetLogException failed(String what, Throwable cause) {
        boolean needsAnOperator = cause instanceof AuthorizationException
                || cause instanceof AuthenticationException
                || cause instanceof UnsupportedVersionException
                || cause instanceof RecordTooLargeException
                || cause instanceof InvalidTopicException
                || isBadProperty(cause);
        // Not only errors of brokers: a client cannot be made while a name service or a file of keys is away.
        boolean isTransient =
                !needsAnOperator && (cause instanceof KafkaException || cause instanceof TimeoutException);
        return new OffsetLogException(what + ": " + words(cause), cause, isTransient);
    }

    /** Kafka says by one exception that a property is wrong and that no bootstrap server has an address just now. */
    private static boolean isBadProperty(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof ConfigException && !words(each).contains("resolvable bootstrap")) {
                return true;
            }
        }
        return false;
    }

    /** Of a client that could not be made only the cause says why. */
    private static String words(Throwable failure) {
        boolean isWrapped = failure.getClass() == KafkaException.class && failure.getCause() != null;
        String words = isWrapped ? failure.getCause().getMessage() : failure.getMessage();
        return words == null || words.isBlank() ? failure.getClass().getSimpleName() : words;
    }

    private static String remedy(Throwable cause, String right) {
        return cause instanceof AuthorizationException ? "; grant " + right + " on it" : "";
    }

    static String named(FlowConfig flow) {
        return flow.offsetsTopic() + " on " + flow.target().name();
    }

    /** Gives up what is not written yet. */
    @Override
    public void close() {
        closeProducer();
        closeConsumer();
    }

    private void closeConsumer() {
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            consumer = null;
        }
    }

    private void closeProducer() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }
}
