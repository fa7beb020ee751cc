package io.replicator.offsets;

import io.replicator.cluster.CompactedTopic;
import io.replicator.cluster.LogEntry;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes a flow's offset log. What could not be saved is kept and written with the next save, so a snapshot that was handed
 * over once is never lost while this object lives. One thread at a time.
 */
final class OffsetLogWriter {
    private final FlowConfig flow;
    private final CompactedTopic log;
    private final OffsetLogContents contents;
    private final Map<TopicPartition, Progress> unsaved = new LinkedHashMap<>();
    private final SavedSpans spans = new SavedSpans();

    /** @param contents of the log, as far as this instance has read it */
    OffsetLogWriter(FlowConfig flow, CompactedTopic log, OffsetLogContents contents) {
        this.flow = flow;
        this.log = log;
        this.contents = contents;
    }

    /** Takes note of what was read: all of it is to be removed one day. */
    void noteContents() {
        for (TopicPartition source : contents.partitions()) {
            spans.noteRead(source, contents.firstChunk(source), contents.chunksEnd(source));
        }
    }

    /** As {@link OffsetLog#keep}. */
    void keep(List<Progress> progress) {
        for (Progress each : progress) {
            unsaved.merge(each.pair().source(), each, Progress::withUnsaved);
        }
    }

    /** As {@link OffsetLog#save(List)}. */
    void save(List<Progress> progress) throws InterruptedException {
        keep(progress);
        List<LogEntry> runs = new ArrayList<>();
        List<LogEntry> positions = new ArrayList<>();
        List<LogEntry> tombstones = new ArrayList<>();
        for (Progress each : unsaved.values()) {
            TopicPartition source = each.pair().source();
            spans.noteWritten(each);
            runs.addAll(ProgressRecords.runs(each));
            positions.add(ProgressRecords.progress(each));
            tombstones.addAll(ProgressRecords.tombstones(each, spans.first(source), spans.end(source)));
        }
        write(runs);
        write(positions);
        write(tombstones);
        unsaved.values().forEach(spans::noteRemoved);
        unsaved.clear();
    }

    boolean hasUnsaved() {
        return !unsaved.isEmpty();
    }

    /** Drops what could not be saved of a shard that another instance owns now. */
    void forgetUnsaved(int shard) {
        unsaved.values().removeIf(progress -> progress.writer().shard() == shard);
    }

    void saveOwners(Collection<ShardOwner> owners) throws InterruptedException {
        write(owners.stream()
                .map(owner -> new LogEntry(OffsetLogFormat.shardKey(owner.shard()), OffsetLogFormat.shardValue(owner)))
                .toList());
    }

    void save(FlowEnds ends) throws InterruptedException {
        write(List.of(new LogEntry(OffsetLogFormat.flowKey(), OffsetLogFormat.flowValue(ends))));
    }

    void saveClaims(Map<String, TopicClaim> claims) throws InterruptedException {
        List<LogEntry> records = new ArrayList<>();
        claims.forEach((targetTopic, claim) ->
                records.add(new LogEntry(OffsetLogFormat.topicKey(targetTopic), OffsetLogFormat.topicValue(claim))));
        write(records);
    }

    /** Removes partitions by tombstones: progress first, for runs mean nothing without it. */
    void remove(Collection<TopicPartition> sources) throws InterruptedException {
        List<LogEntry> positions = new ArrayList<>();
        List<LogEntry> chunks = new ArrayList<>();
        for (TopicPartition source : sources) {
            unsaved.remove(source);
            positions.add(new LogEntry(OffsetLogFormat.progressKey(source), null));
            Set<CoarseRuns.Key> coarse = new HashSet<>(contents.coarse(source));
            coarse.addAll(spans.coarse(source));
            chunks.addAll(ProgressRecords.tombstones(source, spans.first(source), spans.end(source), coarse));
        }
        write(positions);
        write(chunks);
        sources.forEach(spans::remove);
    }

    private void write(List<LogEntry> records) throws InterruptedException {
        String what = "progress cannot be saved in " + OffsetLog.named(flow);
        try {
            log.append(records);
        } catch (UnavailableException failure) {
            throw OffsetLogException.of(what + OffsetLog.remedy(failure, "Write"), failure);
        } catch (RefusedException refused) {
            throw OffsetLogException.refused(what + ": " + refused.getMessage());
        }
    }
}
