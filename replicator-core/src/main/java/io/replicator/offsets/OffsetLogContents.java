package io.replicator.offsets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes sense of the offset log, record by record in the log's order. The last record of a key counts, with one
 * exception: what an owner wrote after it had been fenced does not. A fenced owner may have been frozen and save what it
 * knew long after its successor did; the owners on record tell which of two is the later.
 *
 * <p>A write can be torn: the chunks of closed runs reach the log before the progress that counts them, and either may
 * be lost with its writer. So a chunk may hold more than the progress knows of, and what it holds beyond is ignored.
 * Where a chunk holds less, the progress still stands on its own, with its last run.
 */
final class OffsetLogContents {
    private final String topic;
    private final Map<TopicPartition, Versions<ProgressEntry>> progress = new HashMap<>();
    private final Map<TopicPartition, Map<Integer, Versions<ChunkEntry>>> chunks = new HashMap<>();
    private final Map<Integer, GroupOwner> groups = new HashMap<>();
    private final Map<String, TopicClaim> claims = new HashMap<>();

    /** {@code null} where nothing is said of them. */
    private FlowEnds ends;

    private long foreignRecords;

    /** Where in the log the last record of each partition stands, and that of the last owner. */
    private final Map<TopicPartition, Long> changes = new HashMap<>();

    private long ownersChange;

    OffsetLogContents(String topic) {
        this.topic = topic;
    }

    private record ProgressEntry(
            PartitionPair pair,
            Writer writer,
            long start,
            long targetStart,
            long position,
            long targetEnd,
            long records,
            int closedRuns,
            Runs lastRun,
            SourceSeen source)
            implements Entry {}

    private record ChunkEntry(PartitionPair pair, Writer writer, Runs runs) implements Entry {}

    /** What was written of a partition, and by whom. */
    private interface Entry {
        PartitionPair pair();

        Writer writer();
    }

    /**
     * What several owners wrote under one key, in the log's order, the last of each producer id: until the whole log was
     * read nobody knows which producer id is the latest, for compaction moves owners behind what they wrote.
     */
    private static final class Versions<T extends Entry> {
        private final List<T> entries = new ArrayList<>(1);

        void put(T entry) {
            for (T before : entries) {
                if (entry.writer().isFencedBy(before.writer()) && entry.pair().equals(before.pair())) {
                    return;
                }
            }
            // What another incarnation of the topic left is over.
            entries.removeIf(
                    before -> before.writer().producerId() == entry.writer().producerId()
                            || !before.pair().equals(entry.pair()));
            entries.add(entry);
        }

        /** The latest owner's, the last in the log of those that no owner is known of. */
        T latest(Map<Integer, GroupOwner> owners) {
            T latest = entries.get(0);
            for (T entry : entries) {
                if (rank(entry, owners) >= rank(latest, owners)) {
                    latest = entry;
                }
            }
            return latest;
        }

        private int rank(T entry, Map<Integer, GroupOwner> owners) {
            GroupOwner owner = owners.get(entry.writer().partitionGroup());
            return owner == null ? -1 : owner.rank(entry.writer().producerId());
        }
    }

    /**
     * Takes the next record of the log.
     *
     * @param value null for a tombstone
     * @throws OffsetLogException when a record is ours and cannot be understood: going on without it would copy again
     *     what was copied
     */
    void accept(long offset, byte[] key, byte[] value) {
        JsonNode parsedKey = key == null ? OffsetLogFormat.parse(new byte[0]) : OffsetLogFormat.parse(key);
        if (!parsedKey.path("v").isInt() || !parsedKey.path("kind").isTextual()) {
            foreignRecords++;
            return;
        }
        requireKnown(offset, parsedKey);
        try {
            acceptKnown(offset, parsedKey, value);
            noteChange(offset, parsedKey);
        } catch (IllegalArgumentException e) {
            throw new OffsetLogException(
                    topic + "@" + offset + ": unreadable record " + parsedKey + ": " + e.getMessage()
                            + "; write a tombstone for this key to forget it, its partition then starts anew",
                    e,
                    false);
        }
    }

    private void acceptKnown(long offset, JsonNode key, byte[] value) {
        String kind = OffsetLogFormat.text(key, "kind");
        JsonNode parsedValue = value == null ? null : OffsetLogFormat.parse(value);
        if (parsedValue != null) {
            OffsetLogFormat.longOf(parsedValue, "v");
            requireKnown(offset, parsedValue);
        }
        if (kind.equals(OffsetLogFormat.PROGRESS)) {
            acceptProgress(OffsetLogFormat.source(key), parsedValue);
        } else if (kind.equals(OffsetLogFormat.RUNS)) {
            acceptChunk(OffsetLogFormat.source(key), OffsetLogFormat.intOf(key, "chunk"), parsedValue);
        } else if (kind.equals(OffsetLogFormat.GROUP)) {
            acceptGroup(key, parsedValue);
        } else if (kind.equals(OffsetLogFormat.FLOW)) {
            ends = parsedValue == null ? null : OffsetLogFormat.ends(parsedValue);
        } else if (kind.equals(OffsetLogFormat.TOPIC)) {
            acceptClaim(OffsetLogFormat.text(key, "targetTopic"), parsedValue);
        } else {
            foreignRecords++;
        }
    }

    private void noteChange(long offset, JsonNode key) {
        if (OffsetLogFormat.GROUP.equals(key.path("kind").textValue())) {
            ownersChange = offset;
        } else if (key.has("partition")) {
            changes.put(OffsetLogFormat.source(key), offset);
        }
    }

    /** Grows when anything is read that bears on what is known of a partition; -1 when nothing was. */
    long changeOf(TopicPartition source) {
        Long change = changes.get(source);
        return change == null ? -1 : Math.max(change, ownersChange);
    }

    private void requireKnown(long offset, JsonNode node) {
        long version = node.path("v").longValue();
        if (version > OffsetLogFormat.VERSION) {
            throw OffsetLogException.refused(topic + "@" + offset + ": record of format " + version
                    + " was written by a newer version, this one knows up to " + OffsetLogFormat.VERSION
                    + "; run that version");
        }
    }

    private void acceptProgress(TopicPartition source, JsonNode value) {
        if (value == null) {
            progress.remove(source);
            return;
        }
        long position = OffsetLogFormat.longOf(value, "position");
        ProgressEntry entry = new ProgressEntry(
                OffsetLogFormat.pair(source, value),
                OffsetLogFormat.writer(value),
                OffsetLogFormat.longOf(value, "start"),
                OffsetLogFormat.targetStart(value),
                position,
                OffsetLogFormat.longOf(value, "targetEnd"),
                OffsetLogFormat.longOf(value, "records"),
                OffsetLogFormat.intOf(value, "closedRuns"),
                OffsetLogFormat.runs(value, "lastRun"),
                OffsetLogFormat.source(position, value));
        requireSound(entry);
        progress.computeIfAbsent(source, ignored -> new Versions<>()).put(entry);
    }

    private static void requireSound(ProgressEntry entry) {
        Runs lastRun = entry.lastRun();
        long end = lastRun.count() == 0 ? -1 : lastRun.targetEnd(0);
        long sourceEnd = lastRun.count() == 0 ? entry.start() : lastRun.sourceEnd(0);
        boolean sound = lastRun.count() <= 1
                && entry.start() >= 0
                && entry.position() >= sourceEnd
                && entry.targetEnd() == end
                && (entry.closedRuns() == 0 || lastRun.count() == 1);
        if (!sound) {
            throw new IllegalArgumentException("its numbers contradict each other");
        }
    }

    private void acceptChunk(TopicPartition source, int index, JsonNode value) {
        Map<Integer, Versions<ChunkEntry>> ofPartition = chunks.computeIfAbsent(source, ignored -> new HashMap<>());
        if (value == null) {
            ofPartition.remove(index);
            return;
        }
        ChunkEntry entry = new ChunkEntry(
                OffsetLogFormat.pair(source, value),
                OffsetLogFormat.writer(value),
                OffsetLogFormat.runs(value, OffsetLogFormat.RUNS));
        ofPartition.computeIfAbsent(index, ignored -> new Versions<>()).put(entry);
    }

    private void acceptGroup(JsonNode key, JsonNode value) {
        int group = OffsetLogFormat.intOf(key, "group");
        if (value == null) {
            groups.remove(group);
            return;
        }
        GroupOwner owner = OffsetLogFormat.owner(key, value);
        GroupOwner before = groups.get(group);
        if (before == null || !owner.isFencedBy(before)) {
            groups.put(group, owner);
        }
    }

    private void acceptClaim(String targetTopic, JsonNode value) {
        if (value == null) {
            claims.remove(targetTopic);
        } else {
            claims.put(targetTopic, OffsetLogFormat.claim(value));
        }
    }

    /** What the flow says of topics of its target, by their names; of those that it only has progress of, that. */
    Map<String, TopicClaim> claims() {
        Map<String, TopicClaim> all = new HashMap<>();
        progress.values().forEach(versions -> {
            PartitionPair pair = versions.latest(groups).pair();
            all.put(
                    pair.targetTopic(),
                    new TopicClaim(TopicClaim.State.UNSAID, 0, pair.source().topic()));
        });
        all.putAll(claims);
        return all;
    }

    /** How many chunks of a partition's runs the log holds, those that no progress counts included. */
    int chunkCount(TopicPartition source) {
        return chunks.getOrDefault(source, Map.of()).keySet().stream()
                .mapToInt(index -> index + 1)
                .max()
                .orElse(0);
    }

    /** Every partition that the log holds something of. */
    List<TopicPartition> partitions() {
        List<TopicPartition> all = new ArrayList<>(progress.keySet());
        chunks.keySet().stream().filter(source -> !progress.containsKey(source)).forEach(all::add);
        return all;
    }

    /** Whether the log says nothing at all. */
    boolean isEmpty() {
        return progress.isEmpty()
                && chunks.isEmpty()
                && groups.isEmpty()
                && claims.isEmpty()
                && ends == null
                && foreignRecords == 0;
    }

    /** What the log says, once all of it was taken. */
    SavedState state() {
        Map<TopicPartition, SavedProgress> partitions = new HashMap<>();
        progress.forEach((source, versions) -> partitions.put(source, saved(versions.latest(groups))));
        return new SavedState(partitions, groups, Optional.ofNullable(ends), foreignRecords);
    }

    /** What the log says of one partition so far. */
    Optional<SavedProgress> progress(TopicPartition source) {
        return Optional.ofNullable(progress.get(source)).map(versions -> saved(versions.latest(groups)));
    }

    /** The source topics of which there is progress, and where on the target they were copied to. */
    Map<String, String> topics() {
        Map<String, String> topics = new HashMap<>();
        progress.forEach((source, versions) -> topics.putIfAbsent(
                source.topic(), versions.latest(groups).pair().targetTopic()));
        return topics;
    }

    /** Every partition that there is progress of, and where its copy lies. */
    Map<TopicPartition, PartitionPair> pairs() {
        Map<TopicPartition, PartitionPair> pairs = new HashMap<>();
        progress.forEach(
                (source, versions) -> pairs.put(source, versions.latest(groups).pair()));
        return pairs;
    }

    /** Who owned the partition groups last, so far. */
    Map<Integer, GroupOwner> owners() {
        return Map.copyOf(groups);
    }

    private SavedProgress saved(ProgressEntry entry) {
        Runs runs = runs(entry);
        boolean isWhole = runs.count() == entry.closedRuns() + entry.lastRun().count()
                && runs.isAscending()
                && runs.records() == entry.records()
                && (runs.count() == 0 || runs.source(0) >= entry.start());
        Runs lastRun = entry.lastRun();
        long lastStart = lastRun.count() == 0 ? entry.position() : lastRun.source(0);
        return new SavedProgress(
                entry.pair(),
                entry.writer(),
                isWhole ? entry.start() : lastStart,
                entry.targetStart(),
                entry.position(),
                entry.targetEnd(),
                isWhole ? runs : lastRun,
                isWhole,
                entry.source());
    }

    /** The closed runs that the progress counts, as far as they are there, and the last run. */
    private Runs runs(ProgressEntry entry) {
        Map<Integer, Versions<ChunkEntry>> ofPartition =
                chunks.getOrDefault(entry.pair().source(), Map.of());
        List<Long> triples = new ArrayList<>();
        for (int chunk = 0; chunk < RunChunk.chunksOf(entry.closedRuns()); chunk++) {
            Versions<ChunkEntry> versions = ofPartition.get(chunk);
            ChunkEntry found = versions == null ? null : versions.latest(groups);
            if (found != null && found.pair().equals(entry.pair())) {
                int wanted = Math.min(RunChunk.RUNS, entry.closedRuns() - chunk * RunChunk.RUNS);
                addRuns(triples, found.runs(), Math.min(wanted, found.runs().count()));
            }
        }
        addRuns(triples, entry.lastRun(), entry.lastRun().count());
        return Runs.of(triples.stream().mapToLong(Long::longValue).toArray());
    }

    private static void addRuns(List<Long> triples, Runs runs, int count) {
        for (int run = 0; run < count; run++) {
            triples.add(runs.source(run));
            triples.add(runs.target(run));
            triples.add(runs.length(run));
        }
    }
}
