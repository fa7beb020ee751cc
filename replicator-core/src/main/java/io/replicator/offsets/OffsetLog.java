package io.replicator.offsets;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.CompactedTopic;
import io.replicator.cluster.CompactedTopicOptions;
import io.replicator.cluster.CompactedTopics;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * A flow's durable progress: a compacted topic on the target, so that an instance can be lost at any moment. It is read by an
 * {@link OffsetLogReader}, written by an {@link OffsetLogWriter} and guarded by an {@link OffsetLogTopic}; those who only read
 * use the first of them.
 *
 * <p>One thread at a time, which may block here up to the timeout of a call. What reads return stands on its own.
 */
public final class OffsetLog implements AutoCloseable {
    private final OffsetLogReader reader;
    private final OffsetLogWriter writer;
    private final OffsetLogTopic topic;
    private final CompactedTopics clients;

    /** Closed with this object; {@code null} where the caller closes it. */
    private final Cluster ownTarget;

    /**
     * Connects to nothing yet.
     *
     * @param target the flow's target; the caller closes it
     * @param timeout of each call
     */
    public OffsetLog(FlowConfig flow, Cluster target, Duration timeout) {
        this(flow, target, null, timeout);
    }

    private OffsetLog(FlowConfig flow, Cluster target, Cluster ownTarget, Duration timeout) {
        this.clients = target.compactedTopics(options(flow, timeout));
        CompactedTopic log = clients.topic(flow.offsetsTopic());
        this.reader = new OffsetLogReader(flow, log);
        this.writer = new OffsetLogWriter(flow, log, reader.contents());
        this.topic = new OffsetLogTopic(flow, target);
        this.ownTarget = ownTarget;
    }

    /** As {@link #OffsetLog(FlowConfig, Cluster, Duration)}, with a connection of its own to the target. */
    public static OffsetLog open(FlowConfig flow, Duration timeout) {
        Cluster target = KafkaCluster.openLater(flow.target(), clientId(flow), timeout);
        return new OffsetLog(flow, target, target, timeout);
    }

    static CompactedTopicOptions options(FlowConfig flow, Duration timeout) {
        return new CompactedTopicOptions(clientId(flow), timeout);
    }

    static String clientId(FlowConfig flow) {
        return "replicator-" + flow.name() + "-offsets";
    }

    static String named(FlowConfig flow) {
        return flow.offsetsTopic() + " on " + flow.target().name();
    }

    static String remedy(UnavailableException failure, String right) {
        return failure.reason() == UnavailableException.Reason.DENIED ? "; grant " + right + " on it" : "";
    }

    // The topic.

    /**
     * Creates the topic, or checks that the one there keeps progress. Called before the topic that instances share is
     * created: where that one exists, this one did.
     *
     * @throws OffsetLogException when it cannot be created, or would lose progress, or existed and is missing
     */
    public void ensureTopic() throws InterruptedException {
        topic.ensure();
    }

    /**
     * Checks that the topic is the one that existed when this was first called.
     *
     * @throws OffsetLogException when it was deleted since: what others saved there is gone, and what this instance knows is
     *     not all there was
     */
    public void requireTopic() throws InterruptedException {
        topic.require();
    }

    /** Whether the topic is the one that {@link #requireTopic} knows; false where the cluster does not say. */
    public boolean isSameTopic() throws InterruptedException {
        return topic.isSame();
    }

    // Writing.

    /**
     * Writes progress, and what earlier saves could not write. Returns when all of it is on every in-sync replica. Runs
     * are durable before the progress that counts them is sent, and that before anything is removed that it does without.
     *
     * @throws OffsetLogException when anything may not be durable; the next save, even of no progress, tries again
     */
    public void save(List<Progress> progress) throws InterruptedException {
        writer.save(progress);
    }

    /** Takes progress that the next save writes. */
    public void keep(List<Progress> progress) {
        writer.keep(progress);
    }

    /** Whether a save failed and is to be tried again. */
    public boolean hasUnsaved() {
        return writer.hasUnsaved();
    }

    /** Drops what could not be saved of a shard that another instance owns now. */
    public void forgetUnsaved(int shard) {
        writer.forgetUnsaved(shard);
    }

    /** Writes who owns shards; durable when it returns. */
    public void saveOwners(Collection<ShardOwner> owners) throws InterruptedException {
        writer.saveOwners(owners);
    }

    /** Writes who owns a shard. */
    public void save(ShardOwner owner) throws InterruptedException {
        writer.saveOwners(List.of(owner));
    }

    /** Writes between which clusters the flow copies. */
    public void save(FlowEnds ends) throws InterruptedException {
        writer.save(ends);
    }

    /** Writes the flow's claims on topics of its target, by their names there; durable when it returns. */
    public void saveClaims(Map<String, TopicClaim> claims) throws InterruptedException {
        writer.saveClaims(claims);
    }

    /** Removes partitions whose topic left the flow. */
    public void remove(Collection<TopicPartition> sources) throws InterruptedException {
        writer.remove(sources);
    }

    // Reading.

    /** As {@link OffsetLogReader#load}. */
    public SavedState load() throws InterruptedException {
        SavedState state = reader.load();
        writer.noteContents();
        return state;
    }

    /** As {@link OffsetLogReader#refresh}. */
    public void refresh() throws InterruptedException {
        reader.refresh();
        writer.noteContents();
    }

    /** As {@link OffsetLogReader#progress(TopicPartition)}. */
    public Optional<SavedProgress> progress(TopicPartition source) {
        return reader.progress(source);
    }

    /** As {@link OffsetLogReader#progress(Collection)}. */
    public Map<TopicPartition, SavedProgress> progress(Collection<TopicPartition> sources) {
        return reader.progress(sources);
    }

    /** As {@link OffsetLogReader#pairs}. */
    public Map<TopicPartition, PartitionPair> pairs() {
        return reader.pairs();
    }

    /** As {@link OffsetLogReader#changeOf}. */
    public long changeOf(TopicPartition source) {
        return reader.changeOf(source);
    }

    /** As {@link OffsetLogReader#topics}. */
    public Map<String, String> topics() {
        return reader.topics();
    }

    /** As {@link OffsetLogReader#claims}. */
    public Map<String, TopicClaim> claims() {
        return reader.claims();
    }

    /** As {@link OffsetLogReader#owners}. */
    public Map<Integer, ShardOwner> owners() {
        return reader.owners();
    }

    /** Gives up what is not written yet. */
    @Override
    public void close() {
        clients.close();
        if (ownTarget != null) {
            ownTarget.close();
        }
    }
}
