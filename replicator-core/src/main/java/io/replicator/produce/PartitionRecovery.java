package io.replicator.produce;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.batch.RecordHashes;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.delivery.TailReader;
import io.replicator.delivery.TailSearch;
import io.replicator.wire.ScannedPartition;
import io.replicator.wire.TopicView;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * What stands between a partition and its first write, and how far that has come.
 *
 * <pre>
 *   UNFENCED --> FENCING --> READING --> COUNTING --> open
 *                               |            |
 *                               +------------+--> DOUBTED --> READING_AGAIN --> COMPARING --> open
 * </pre>
 */
final class PartitionRecovery implements ScannedPartition {
    /** What it waits for. */
    enum Stage {
        /** A grant that may fence, or the fate of what was sent for the partition before. */
        UNFENCED,
        /** The end of a transaction over the partition. */
        FENCING,
        /** The marker; what stands before it on the target is read. */
        READING,
        /** As many source records as were read, of which the last is compared. */
        COUNTING,
        /** Other partitions, which hold too many records to be compared. */
        DOUBTED,
        /** The records that were read, which are read again one by one. */
        READING_AGAIN,
        /** The first source record that is not among them. */
        COMPARING,
        /** An operator, or time. */
        STUCK
    }

    private static final Backoff BACKOFF = Backoff.ofMillis(100, 12_800);

    private final PartitionWindow window;
    private final RecordHashes records;
    private Stage stage = Stage.UNFENCED;

    /** {@code null} before it is fenced. */
    private TailReader reader;

    /** {@code null} unless records are looked for on the source. */
    private TailSearch search;

    /** The window's generation that the search goes through. */
    private int searchedGeneration;

    /** Whether the source lost records while the tail was read: those before the position may be in it. */
    private boolean hasLostBeginning;

    /** How many records there are to be compared one by one. */
    private long comparedRecords;

    /** When the source was seen to have nothing more; 0 when it has. */
    private long exhaustedNanos;

    /** The answer of the source's leader that is awaited, or came; 0 for none. */
    private int awaitedFreshness;

    /** Of what makes it stuck: when it is tried again, and how often it was. */
    private final Retry retry = new Retry(BACKOFF);

    /** The identity's grant that fenced it. */
    private int fencedGrant;

    /** Since when it has been refused to be read, 0 when it is not. */
    private long refusedNanos;

    private long toldNanos;

    PartitionRecovery(PartitionWindow window, RecordHashes records) {
        this.window = window;
        this.records = records;
    }

    PartitionWindow window() {
        return window;
    }

    TopicPartition target() {
        return window.target();
    }

    Stage stage() {
        return stage;
    }

    TailReader reader() {
        return reader;
    }

    /** {@code null} unless records are looked for on the source. */
    TailSearch search() {
        return search;
    }

    /** Whether source records are looked for. */
    boolean isFinding() {
        return stage == Stage.COUNTING || stage == Stage.COMPARING;
    }

    /** How many records it holds something of each of; 0 when it holds none. */
    long comparedRecords() {
        return stage == Stage.READING_AGAIN || stage == Stage.COMPARING ? comparedRecords : 0;
    }

    /** It is to be fenced now. */
    void beginFencing() {
        stage = Stage.FENCING;
    }

    /** It is to be fenced under a later grant. */
    void unfence() {
        stage = Stage.UNFENCED;
    }

    /** The transaction over it ended. */
    void fenced() {
        fencedGrant = window.identity().grants();
    }

    /** Whether the latest grant fenced it. */
    boolean isFenced() {
        return window.identity().isGranted() && fencedGrant == window.identity().grants();
    }

    /** The target is read from where the map says that what is acknowledged ends. */
    void beginReading() {
        ProducerIdentity identity = window.identity();
        reader = new TailReader(window.map(), identity.grant(), identity.producerIds(), records);
        search = null;
        hasLostBeginning = false;
        stage = Stage.READING;
    }

    /** Source records are counted. */
    void beginCounting() {
        stage = Stage.COUNTING;
        begin(TailSearch.byCount(reader, window.map(), records, hasLostBeginning));
    }

    /** Counting proved nothing. */
    void doubt() {
        stage = Stage.DOUBTED;
        search = null;
    }

    /** The tail is read record by record. */
    void beginReadingAgain() {
        comparedRecords = reader.tail().records();
        stage = Stage.READING_AGAIN;
        reader.readByRecord();
    }

    /** Source records are compared one by one. */
    void beginComparing() {
        stage = Stage.COMPARING;
        begin(TailSearch.byRecord(reader, window.map(), records));
    }

    private void begin(TailSearch newSearch) {
        search = newSearch;
        forgetExhaustion();
        searchedGeneration = window.generation();
    }

    /** After the window was restarted the source comes again from the position on, and the search begins again. */
    void followRestarts() {
        if (isFinding() && searchedGeneration != window.generation()) {
            searchedGeneration = window.generation();
            search.beginAgain();
            forgetExhaustion();
        }
    }

    private void forgetExhaustion() {
        exhaustedNanos = 0;
        awaitedFreshness = 0;
    }

    /** The source lost records below the position. */
    void loseBeginning() {
        hasLostBeginning = true;
        if (search != null) {
            search.loseBeginning();
        }
    }

    /** The source has more, or may have. */
    void clearExhaustion() {
        exhaustedNanos = 0;
    }

    /** The source has nothing more, as its leader said when it was asked. */
    void exhaust(long nowNanos) {
        if (exhaustedNanos == 0) {
            exhaustedNanos = nowNanos;
        }
    }

    /** Whether the source has had nothing more for so long. */
    boolean isExhaustedFor(long forNanos, long nowNanos) {
        return exhaustedNanos != 0 && nowNanos - exhaustedNanos > forNanos;
    }

    boolean awaitsFreshness() {
        return awaitedFreshness != 0;
    }

    void awaitFreshness(int request) {
        awaitedFreshness = request;
    }

    /** Whether the source's leader has answered since it was asked. */
    boolean isFresh() {
        return window.partition().freshnessAnswered() >= awaitedFreshness;
    }

    /** It cannot go on, and is tried again after a pause that doubles. */
    void stick(long nowNanos) {
        stage = Stage.STUCK;
        retry.failed(nowNanos);
    }

    int failures() {
        return retry.failures();
    }

    /** Whether the pause is over. */
    boolean mayTryAgain(long nowNanos) {
        return retry.isDue(nowNanos);
    }

    void tell(long nowNanos) {
        toldNanos = nowNanos;
    }

    boolean isTold() {
        return toldNanos != 0;
    }

    boolean isToldWithin(long forNanos, long nowNanos) {
        return nowNanos - toldNanos <= forNanos;
    }

    /** It could be read. */
    void accept() {
        refusedNanos = 0;
    }

    /** It could not be read. */
    void refuse(long nowNanos) {
        if (refusedNanos == 0) {
            refusedNanos = nowNanos;
        }
    }

    boolean isRefusedFor(long forNanos, long nowNanos) {
        return refusedNanos != 0 && nowNanos - refusedNanos > forNanos;
    }

    @Override
    public TopicView topic() {
        return window.topic();
    }

    @Override
    public Uuid targetTopicId() {
        return window.partition().targetTopicId();
    }

    @Override
    public int partition() {
        return window.partition().number();
    }

    @Override
    public long scanOffset() {
        return reader.offset();
    }
}
