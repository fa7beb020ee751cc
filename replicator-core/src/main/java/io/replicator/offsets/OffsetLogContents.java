package io.replicator.offsets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Interprets the offset log, record by record in the log's order. The last record of a key counts, with one
 * exception: what an owner wrote after it had been fenced does not. A fenced owner may have been frozen and save what it
 * knew long after its successor did; the owners on record tell which of two is the later.
 *
 * <p>A write can be torn: the chunks of closed runs reach the log before the progress that counts them, and either may
 * be lost with its writer. So a chunk may hold more than the progress knows of, and what it holds beyond is ignored.
 * Where a chunk holds less, the progress still stands on its own, with its last run.
 */
final class OffsetLogContents {
    private static final SavedChunks NOTHING = new SavedChunks();

    private final String topic;
    private final Map<TopicPartition, Versions<ProgressEntry>> progress = new HashMap<>();
    private final RunsParser parser = new RunsParser();
    private final Map<TopicPartition, SavedChunks> chunks = new HashMap<>();
    private final Map<Integer, ShardOwner> shards = new HashMap<>();
    private final Map<String, TopicClaim> claims = new HashMap<>();

    /** {@code null} where the log does not contain them. */
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
            int firstChunk,
            int exactChunk,
            int closedRuns,
            Runs lastRun,
            String damage,
            SourceSeen source)
            implements Versions.Entry {}

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
        requireKnown(offset, parsedKey.path("v").longValue());
        try {
            noteChange(offset, parsedKey);
            acceptKnown(offset, parsedKey, value);
        } catch (IllegalArgumentException e) {
            throw new OffsetLogException(
                    topic + "@" + offset + ": unreadable record " + parsedKey + ": " + e.getMessage()
                            + "; write a tombstone for this key to forget it, its partition then starts where topics.start says",
                    e,
                    false);
        }
    }

    private void acceptKnown(long offset, JsonNode key, byte[] value) {
        String kind = OffsetLogFormat.text(key, "kind");
        if (kind.equals(OffsetLogFormat.RUNS)) {
            acceptRuns(offset, key, value);
            return;
        }
        JsonNode parsedValue = value == null ? null : OffsetLogFormat.parse(value);
        if (parsedValue != null) {
            requireKnown(offset, parsedValue.path("v").longValue());
        }
        if (kind.equals(OffsetLogFormat.PROGRESS)) {
            acceptProgress(OffsetLogFormat.source(key), parsedValue);
        } else if (kind.equals(OffsetLogFormat.COARSE)) {
            acceptCoarse(offset, key, parsedValue);
        } else if (kind.equals(OffsetLogFormat.SHARD)) {
            acceptShard(key, parsedValue);
        } else if (kind.equals(OffsetLogFormat.FLOW)) {
            ends = parsedValue == null ? null : OffsetLogFormat.ends(parsedValue);
        } else if (kind.equals(OffsetLogFormat.TOPIC)) {
            acceptClaim(OffsetLogFormat.text(key, "targetTopic"), parsedValue);
        } else {
            foreignRecords++;
        }
    }

    /** Even what cannot be read changes what is known. */
    private void noteChange(long offset, JsonNode key) {
        if (OffsetLogFormat.SHARD.equals(key.path("kind").textValue())) {
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

    private void requireKnown(long offset, long version) {
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
        OffsetLogFormat.longOf(value, "v");
        long position = OffsetLogFormat.longOf(value, "position");
        ProgressEntry entry = new ProgressEntry(
                OffsetLogFormat.pair(source, value),
                OffsetLogFormat.writer(value),
                OffsetLogFormat.longOf(value, "start"),
                OffsetLogFormat.targetStart(value),
                position,
                OffsetLogFormat.longOf(value, "targetEnd"),
                OffsetLogFormat.longOf(value, "records"),
                OffsetLogFormat.chunk(value, "firstChunk"),
                OffsetLogFormat.chunk(value, "exactChunk"),
                OffsetLogFormat.intOf(value, "closedRuns"),
                OffsetLogFormat.runs(value, "lastRun"),
                OffsetLogFormat.damage(value),
                OffsetLogFormat.source(position, value));
        requireSound(entry);
        Versions<ProgressEntry> before = progress.putIfAbsent(source, new Versions<>(entry));
        if (before != null) {
            before.put(entry);
        }
    }

    private static void requireSound(ProgressEntry entry) {
        Runs lastRun = entry.lastRun();
        long end = lastRun.count() == 0 ? -1 : lastRun.targetEnd(0);
        long sourceEnd = lastRun.count() == 0 ? entry.start() : lastRun.sourceEnd(0);
        boolean sound = lastRun.count() <= 1
                && entry.start() >= 0
                && entry.position() >= sourceEnd
                && entry.targetEnd() == end
                && MapChanges.areCounted(entry.firstChunk(), entry.exactChunk(), entry.closedRuns(), lastRun);
        if (!sound) {
            throw new IllegalArgumentException("its numbers contradict each other");
        }
    }

    private void acceptRuns(long offset, JsonNode key, byte[] value) {
        TopicPartition source = OffsetLogFormat.source(key);
        SavedChunks ofPartition = chunksOf(source);
        int chunk = OffsetLogFormat.intOf(key, "chunk");
        if (value == null) {
            ofPartition.removeRuns(chunk);
            return;
        }
        try {
            parser.read(value);
            requireKnown(offset, parser.version());
            ofPartition.putRuns(chunk, parser.pair(source), parser.writer(), parser.runs());
        } catch (IllegalArgumentException | ArithmeticException e) {
            ofPartition.markRunsUnreadable(chunk, unreadable(offset, key, e));
        }
    }

    private void acceptCoarse(long offset, JsonNode key, JsonNode value) {
        SavedChunks ofPartition = chunksOf(OffsetLogFormat.source(key));
        CoarseRuns.Key coarseKey = OffsetLogFormat.coarseKey(key);
        if (value == null) {
            ofPartition.removeCoarse(coarseKey);
            return;
        }
        try {
            ofPartition.putCoarse(
                    coarseKey,
                    OffsetLogFormat.pair(OffsetLogFormat.source(key), value),
                    OffsetLogFormat.writer(value),
                    OffsetLogFormat.coarse(coarseKey, value));
        } catch (IllegalArgumentException e) {
            ofPartition.markCoarseUnreadable(coarseKey, unreadable(offset, key, e));
        }
    }

    private SavedChunks chunksOf(TopicPartition source) {
        return chunks.computeIfAbsent(source, ignored -> new SavedChunks());
    }

    /** Copying continues without it. The translation of each position that needs it says so. */
    private String unreadable(long offset, JsonNode key, RuntimeException why) {
        return "record " + topic + "@" + offset + ", " + key + ", is unreadable: " + why.getMessage();
    }

    private void acceptShard(JsonNode key, JsonNode value) {
        int shard = OffsetLogFormat.intOf(key, "shard");
        if (value == null) {
            shards.remove(shard);
            return;
        }
        OffsetLogFormat.longOf(value, "v");
        ShardOwner owner = OffsetLogFormat.owner(key, value);
        ShardOwner before = shards.get(shard);
        if (before == null || !owner.isFencedBy(before)) {
            shards.put(shard, owner);
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
            PartitionPair pair = versions.latest(shards).pair();
            all.put(
                    pair.targetTopic(),
                    new TopicClaim(TopicClaim.State.UNSAID, 0, pair.source().topic()));
        });
        all.putAll(claims);
        return all;
    }

    /** The first chunk of runs that the log holds, counted by the progress or not; that behind the last where none is. */
    int firstChunk(TopicPartition source) {
        SavedChunks found = chunks.get(source);
        return found == null ? 0 : found.firstChunk();
    }

    /** The number behind that of the last chunk of runs that the log holds. */
    int chunksEnd(TopicPartition source) {
        SavedChunks found = chunks.get(source);
        return found == null ? 0 : found.end();
    }

    /** All coarse runs that the log holds of a partition. */
    Set<CoarseRuns.Key> coarse(TopicPartition source) {
        SavedChunks found = chunks.get(source);
        return found == null ? Set.of() : found.coarse();
    }

    /** Every partition that the log holds something of. */
    List<TopicPartition> partitions() {
        List<TopicPartition> all = new ArrayList<>(progress.keySet());
        chunks.forEach((source, found) -> {
            if (!found.isEmpty() && !progress.containsKey(source)) {
                all.add(source);
            }
        });
        return all;
    }

    /** Whether the log says nothing at all. */
    boolean isEmpty() {
        return progress.isEmpty()
                && chunks.values().stream().allMatch(SavedChunks::isEmpty)
                && shards.isEmpty()
                && claims.isEmpty()
                && ends == null
                && foreignRecords == 0;
    }

    /** What the log says, once all of it was taken. */
    SavedState state() {
        Map<TopicPartition, SavedProgress> partitions = new HashMap<>();
        progress.forEach((source, versions) -> partitions.put(source, saved(versions.latest(shards))));
        return new SavedState(partitions, shards, Optional.ofNullable(ends), foreignRecords);
    }

    /** What the log says of one partition so far. */
    Optional<SavedProgress> progress(TopicPartition source) {
        return Optional.ofNullable(progress.get(source)).map(versions -> saved(versions.latest(shards)));
    }

    /** The source topics of which there is progress, and where on the target they were copied to. */
    Map<String, String> topics() {
        Map<String, String> topics = new HashMap<>();
        progress.forEach((source, versions) -> topics.putIfAbsent(
                source.topic(), versions.latest(shards).pair().targetTopic()));
        return topics;
    }

    /** Every partition that there is progress of, and where its copy lies. */
    Map<TopicPartition, PartitionPair> pairs() {
        Map<TopicPartition, PartitionPair> pairs = new HashMap<>();
        progress.forEach(
                (source, versions) -> pairs.put(source, versions.latest(shards).pair()));
        return pairs;
    }

    /** Who owned the shards last, so far. */
    Map<Integer, ShardOwner> owners() {
        return Map.copyOf(shards);
    }

    private SavedProgress saved(ProgressEntry entry) {
        SavedChunks found = chunks.getOrDefault(entry.pair().source(), NOTHING);
        try {
            SavedRuns runs = found.runs(
                    entry.pair(),
                    new SavedChunks.Span(entry.firstChunk(), entry.exactChunk(), entry.closedRuns()),
                    entry.lastRun(),
                    shards);
            requireAllOf(entry, runs);
            return saved(entry, entry.start(), runs, entry.damage());
        } catch (SavedChunks.Damage damage) {
            Runs lastRun = entry.lastRun();
            long lastStart = lastRun.count() == 0 ? entry.position() : lastRun.source(0);
            int nextChunk = Math.max(RunChunk.chunksOf(entry.closedRuns()), found.end()) + 1;
            SavedRuns rest = SavedRuns.lastOnly(lastRun, nextChunk, List.copyOf(found.coarse()));
            return saved(entry, lastStart, rest, "in " + topic + ", " + damage.getMessage());
        }
    }

    private static void requireAllOf(ProgressEntry entry, SavedRuns runs) throws SavedChunks.Damage {
        Stretch[] stretches = runs.stretches();
        boolean fits =
                runs.records() == entry.records() && (stretches.length == 0 || stretches[0].source() >= entry.start());
        for (int i = 1; i < stretches.length; i++) {
            fits &= stretches[i - 1].isBefore(stretches[i]);
        }
        if (!fits) {
            throw new SavedChunks.Damage("the runs of " + entry.pair().source() + " contradict its progress");
        }
    }

    private static SavedProgress saved(ProgressEntry entry, long start, SavedRuns runs, String damage) {
        return new SavedProgress(
                entry.pair(),
                entry.writer(),
                start,
                entry.targetStart(),
                entry.position(),
                entry.targetEnd(),
                runs,
                damage,
                entry.source());
    }
}
